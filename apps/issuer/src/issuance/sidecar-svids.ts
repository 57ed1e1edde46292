import type { Clock } from '@blastradius/kernel';
import type { IssuerLedger } from '../audit/issuer-ledger.ts';
import type { Authorities } from '../authority/authorities.ts';
import { type IssuedSvid, mintChecked } from './mint-checked.ts';

export type { IssuedSvid } from './mint-checked.ts';

/** SVIDs of the identity plane itself: no policy grants them. */
export class SidecarSvids {
  readonly #authorities: Authorities;
  readonly #ledger: IssuerLedger;
  readonly #clock: Clock;
  readonly #ttlSeconds: number;

  constructor(authorities: Authorities, ledger: IssuerLedger, clock: Clock, ttlSeconds: number) {
    this.#authorities = authorities;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#ttlSeconds = ttlSeconds;
  }

  async issue(spiffeId: string, publicKeySpki: Uint8Array, reason: string): Promise<IssuedSvid> {
    const authority = await this.#authorities.current('x509');
    const now = this.#clock.now();
    const issued = mintChecked(authority, { spiffeId, publicKeySpki, now, ttlSeconds: this.#ttlSeconds });
    this.#ledger.record({ event: 'svid-issued', spiffeId, serial: issued.serial, reason });
    return issued;
  }
}
