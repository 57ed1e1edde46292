import { DomainError } from '@blastradius/kernel';
import { isConnectionFailure } from '../patience/connection-failure.ts';

/**
 * The database went away: either it did not come back in time, or it took the answer to a write with
 * it, whose fate nobody knows and which is therefore not made again.
 */
export class DatabaseUnavailable extends DomainError {
  readonly code = 'database.unavailable';
  readonly category = 'unavailable';

  /** Wraps a connection's failure; anything else is handed on as it is. */
  static from(cause: unknown, message: string): unknown {
    return isConnectionFailure(cause) ? new DatabaseUnavailable(message, { cause }) : cause;
  }
}
