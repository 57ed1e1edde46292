import { DomainError } from '@blastradius/kernel';
import type { Caller } from '../attestation/callers.ts';
import type { IssuerLedger } from '../audit/issuer-ledger.ts';
import { keyForIdentity } from './key-for-identity.ts';
import type { IssuedSvid, SidecarSvids } from './sidecar-svids.ts';

/** Gives a sidecar its next SVID, for a new key, on the strength of the one it still holds. */
export class RenewSidecar {
  readonly #svids: SidecarSvids;
  readonly #ledger: IssuerLedger;

  constructor(svids: SidecarSvids, ledger: IssuerLedger) {
    this.#svids = svids;
    this.#ledger = ledger;
  }

  async execute({ spiffeId }: Caller, csr: string): Promise<IssuedSvid> {
    return this.#svids.issue(spiffeId, await this.#readKey(spiffeId, csr), 'sidecar-renewed');
  }

  async #readKey(spiffeId: string, csr: string): Promise<Uint8Array> {
    try {
      return await keyForIdentity(csr, spiffeId);
    } catch (error) {
      if (error instanceof DomainError) {
        this.#ledger.record({ event: 'svid-refused', spiffeId, reason: error.code });
      }
      throw error;
    }
  }
}
