import type { Clock } from '@blastradius/kernel';
import { DomainError } from '@blastradius/kernel';
import { type JwtSvid, type VerifiedX509Svid, verifyJwtSvid, verifyX509Svid } from '@blastradius/spiffe';
import { type OauthError, TokenRequestRefused } from '../token-endpoint.errors.ts';
import type { AcceptedAuthorities } from './accepted-authorities.ts';

/** The SVIDs that a token request shows, in whatever role. */
export class VerifiedSvids {
  readonly #authorities: Pick<AcceptedAuthorities, 'bundles'>;
  readonly #clock: Clock;
  readonly #issuer: string;

  constructor(authorities: Pick<AcceptedAuthorities, 'bundles'>, clock: Clock, issuer: string) {
    this.#authorities = authorities;
    this.#clock = clock;
    this.#issuer = issuer;
  }

  /**
   * A JWT-SVID for us and nobody else: with a second audience, or under our endpoint's address in the
   * place of our issuer identifier, it might have been made for another server that now plays it to us
   * (rfc7523bis, section 3).
   */
  async jwtSvid(token: string, error: OauthError): Promise<JwtSvid> {
    const { jwt: bundles } = await this.#authorities.bundles();
    const svid = await refusing(error, () =>
      verifyJwtSvid(token, { audience: [this.#issuer], bundles, now: this.#clock.now() }),
    );
    if (svid.audience.length !== 1) throw new TokenRequestRefused(error, 'jwt-svid.audience-not-sole');
    return svid;
  }

  /** The certificate that TLS has proved, with what lies between it and its authority. */
  async x509Svid(chain: readonly Uint8Array[]): Promise<VerifiedX509Svid> {
    const { x509: bundles } = await this.#authorities.bundles();
    return refusing('invalid_client', () => verifyX509Svid(chain, bundles, this.#clock.now()));
  }
}

/** Whatever is wrong with what a stranger shows, the answer is this one error. */
export async function refusing<T>(error: OauthError, verify: () => T | Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (cause) {
    if (!(cause instanceof DomainError) || cause.category !== 'unauthenticated') throw cause;
    throw new TokenRequestRefused(error, cause.code, { cause });
  }
}
