import { DomainError } from '@blastradius/kernel';

/** The one answer to every caller without identity; why stands in the cause, the log and the ledger. */
export class CallerUnauthenticated extends DomainError {
  readonly code = 'caller.unauthenticated';
  readonly category = 'unauthenticated';
  /** Stable code of what failed; for our own records only. */
  readonly reason: string;

  constructor(reason: string, cause?: unknown) {
    super(`refused: ${reason}`, { cause, context: { reason } });
    this.reason = reason;
  }
}
