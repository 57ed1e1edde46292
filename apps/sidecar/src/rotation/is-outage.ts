import { IssuerUnavailable } from '../issuer-client/issuer-client.errors.ts';
import { ClocksDiffer } from './rotation.errors.ts';

/** Whether a failure is that of the whole issuer, and not of the one request. */
export function isOutage(error: unknown): boolean {
  return error instanceof IssuerUnavailable || error instanceof ClocksDiffer;
}
