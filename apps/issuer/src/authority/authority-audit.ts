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

  /** In the order in which the parts of the step are taken. */
  record(change: KeySetChange, before: readonly StoredAuthority[], reason: string): void {
    const { add, activate, taint, revoke, remove = [] } = change;
    const known = add === undefined ? before : [...before, add];
    const write = (event: IssuerAct['event'], ids: readonly string[]) => {
      for (const authority of known) if (ids.includes(authority.id)) this.#write(event, authority, reason);
    };
    if (add !== undefined) write('authority-prepared', [add.id]);
    if (activate !== undefined) write('authority-activated', [activate.id]);
    write('authority-tainted', taint?.ids ?? []);
    write('authority-revoked', revoke?.ids ?? []);
    write('authority-retired', remove);
  }

  /** Resolves when what was recorded is on the disk. */
  durable(): Promise<void> {
    return this.#ledger.durable();
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
