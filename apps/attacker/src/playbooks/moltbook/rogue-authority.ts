import type { HeldX509Svid } from '@blastradius/credentials';
import { type Authority, createAuthority, generateP256KeyPair, mintX509Svid } from '@blastradius/pki';
import { parseSpiffeId } from '@blastradius/spiffe';

const DAY_MS = 86_400_000;

/** A CA of the thief's own, which says of itself that it is the trust domain's. */
export class RogueAuthority {
  readonly #authorities = new Map<string, Promise<Authority>>();

  /** A faultless SVID for anyone's SPIFFE ID; only who signed it is wrong. */
  async mint(spiffeId: string): Promise<HeldX509Svid> {
    const authority = await this.#authorityOf(parseSpiffeId(spiffeId).trustDomain);
    const { publicKey, privateKey } = await generateP256KeyPair();
    const { certificate } = mintX509Svid({
      authority,
      spiffeId,
      publicKeySpki: publicKey.export({ type: 'spki', format: 'der' }),
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + DAY_MS / 2),
    });
    return { certificates: [certificate], privateKey };
  }

  #authorityOf(trustDomain: string): Promise<Authority> {
    const known = this.#authorities.get(trustDomain);
    if (known) return known;
    const lifetime = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + DAY_MS) };
    const created = createAuthority({ trustDomain, ...lifetime });
    this.#authorities.set(trustDomain, created);
    return created;
  }
}
