import { X509Certificate } from 'node:crypto';
import { tokenKeyId } from '@blastradius/pki';
import type { IssuerAct, IssuerLedger } from '../audit/issuer-ledger.ts';
import type { KeySetChange, StoredAuthority } from './authority-store.ts';

/** Writes each step of the authorities' lifecycle into the ledger. */
export class AuthorityAudit {
  readonly #ledger: IssuerLedger;
  readonly #spiffeId: string;

  constructor(ledger: IssuerLedger, trustDomain: string) {
    this.#ledger = ledger;
    this.#spiffeId = `spiffe://${trustDomain}`;
  }

  record(change: KeySetChange, before: readonly StoredAuthority[], reason: string): void {
    const { add, activate, taint, remove = [] } = change;
    if (add !== undefined) this.#write('authority-prepared', add, reason);
    if (add !== undefined && add.activatedAt !== null) this.#write('authority-activated', add, reason);
    for (const authority of before) {
      if (authority.id === activate?.id) this.#write('authority-activated', authority, reason);
      if (taint?.ids.includes(authority.id)) this.#write('authority-tainted', authority, reason);
      if (remove.includes(authority.id)) this.#write('authority-retired', authority, reason);
    }
  }

  #write(event: IssuerAct['event'], authority: StoredAuthority, reason: string): void {
    const { kind } = authority;
    this.#ledger.record({ event, kind, spiffeId: this.#spiffeId, serial: nameOf(authority), reason });
  }
}

/** The certificate's serial number, or the kid. */
function nameOf({ kind, published }: StoredAuthority): string {
  if (kind !== 'x509') return tokenKeyId(published);
  return new X509Certificate(published).serialNumber.toLowerCase();
}
