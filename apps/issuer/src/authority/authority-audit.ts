import { X509Certificate } from 'node:crypto';
import type { IssuerLedger } from '../audit/issuer-ledger.ts';
import type { AuthorityChange, StoredAuthority } from './authority-store.ts';

/** Writes each step of the authorities' lifecycle into the ledger. */
export class AuthorityAudit {
  readonly #ledger: IssuerLedger;
  readonly #spiffeId: string;

  constructor(ledger: IssuerLedger, trustDomain: string) {
    this.#ledger = ledger;
    this.#spiffeId = `spiffe://${trustDomain}`;
  }

  record(change: AuthorityChange, before: readonly StoredAuthority[], reason: string): void {
    const { add, activate, taint, remove = [] } = change;
    if (add !== undefined) this.#write('authority-prepared', add, reason);
    if (add !== undefined && add.activatedAt !== null) this.#write('authority-activated', add, reason);
    for (const authority of before) {
      if (authority.id === activate?.id) this.#write('authority-activated', authority, reason);
      if (taint?.ids.includes(authority.id)) this.#write('authority-tainted', authority, reason);
      if (remove.includes(authority.id)) this.#write('authority-retired', authority, reason);
    }
  }

  #write(
    event: 'authority-prepared' | 'authority-activated' | 'authority-tainted' | 'authority-retired',
    { certificate }: StoredAuthority,
    reason: string,
  ): void {
    const serial = new X509Certificate(certificate).serialNumber.toLowerCase();
    this.#ledger.record({ event, spiffeId: this.#spiffeId, serial, reason });
  }
}
