import { randomBytes } from 'node:crypto';
import type { SecretCatalogue } from './secret-catalogue.ts';
import { ResourceTypeUnknown, SecretNamesTooMany } from './secret-discovery.errors.ts';
import { type EnvoyNode, SECRET_TYPE } from './secret-discovery-definition.ts';

/** What one stream has asked for and been told: a variant of xDS, without any input or output. */
export interface SecretSubscription<Request, Response> {
  readonly node: EnvoyNode | undefined;
  take(request: Request): TakenRequest;
  /** What is to be sent now; undefined for nothing. Takes it as sent. */
  answer(catalogue: SecretCatalogue): Response | undefined;
  /** What tells the client that all it had is withdrawn, in the variant that has a way to say so. */
  withdraw(): Response | undefined;
}

export interface TakenRequest {
  /** The client did not apply what it was sent, and why; its own words. */
  readonly rejection?: string;
  /** An answer to a response that is not the last one, and so was left alone. */
  readonly stale?: true;
}

/** The type may be left out, since this service has one only. */
export function assertSecretType(typeUrl: string): void {
  if (typeUrl === '' || typeUrl === SECRET_TYPE) return;
  throw new ResourceTypeUnknown('resources of this type are not served here', {
    publicDetail: `only ${SECRET_TYPE} is served`,
  });
}

/** Twice as many as the issuer mints in one batch, with the bundles beside them: beyond it is a leak. */
const NAMES_MAX = 10_000;

export function assertFewNames(count: number): void {
  if (count > NAMES_MAX) throw new SecretNamesTooMany(`${count} names on one stream`);
}

export function nextNonce(): string {
  return randomBytes(8).toString('hex');
}
