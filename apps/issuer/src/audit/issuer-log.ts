import type { IssuerRecord } from '@blastradius/ledger';

/** Where the issuer's acts are written down. */
export interface IssuerLog {
  /** Writes all of them, in one go, before it returns; throws where they can't be written. */
  appendAll(records: readonly IssuerRecord[]): void;
  /** Resolves when everything written so far is on the disk; rejects where it can't be brought there. */
  durable(): Promise<void>;
}
