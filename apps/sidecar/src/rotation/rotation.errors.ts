import { DomainError } from '@blastradius/kernel';

/** What the issuer has issued is of no use by our clock: one of the two is wrong. */
export class ClocksDiffer extends DomainError {
  readonly code = 'sidecar.clocks-differ';
  readonly category = 'unavailable';
}
