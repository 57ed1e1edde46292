import { type BoundAccessToken, DpopKey, type HeldX509Svid } from '@blastradius/credentials';
import {
  type Authority,
  createAuthority,
  createTokenAuthority,
  generateP256KeyPair,
  mintAccessToken,
  mintJwtSvid,
  mintX509Svid,
  type TokenAuthority,
} from '@blastradius/pki';
import { parseSpiffeId } from '@blastradius/spiffe';

const DAY_MS = 86_400_000;

/** A CA and a signing key of the thief's own, which say of themselves that they are the trust domain's. */
export class RogueAuthority {
  readonly #authorities = new Map<string, Promise<Authority>>();
  #tokens: Promise<TokenAuthority> | undefined;

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

  /** A faultless JWT-SVID for the network of anyone's trust domain; only who signed it is wrong. */
  async signToken(spiffeId: string): Promise<string> {
    this.#tokens ??= createTokenAuthority(new Date(Date.now() + DAY_MS));
    const { token } = mintJwtSvid({
      authority: await this.#tokens,
      spiffeId,
      audience: [`spiffe://${parseSpiffeId(spiffeId).trustDomain}/network`],
      issuedAt: new Date(Date.now() - 60_000),
      expiresAt: new Date(Date.now() + DAY_MS / 2),
    });
    return token;
  }

  /** An access token for the network, bound to a key of the thief's: what is wrong is who signed it, and who that claims to be. */
  async signAccessToken(spiffeId: string): Promise<BoundAccessToken> {
    this.#tokens ??= createTokenAuthority(new Date(Date.now() + DAY_MS));
    const { trustDomain } = parseSpiffeId(spiffeId);
    const key = new DpopKey((await generateP256KeyPair()).privateKey);
    const { token: accessToken } = mintAccessToken({
      authority: await this.#tokens,
      issuer: `https://${trustDomain}`,
      subject: spiffeId,
      clientId: spiffeId,
      audience: [`spiffe://${trustDomain}/network`],
      scopes: [],
      actors: [],
      confirmation: { jkt: await key.thumbprint() },
      issuedAt: new Date(Date.now() - 60_000),
      expiresAt: new Date(Date.now() + DAY_MS / 2),
    });
    return { accessToken, key };
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
