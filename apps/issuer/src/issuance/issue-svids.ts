import type { TokenSvidDocument, X509SvidDocument } from '@blastradius/contracts';
import { type AttestedWorkload, svidTtlSeconds } from '@blastradius/issuance-policy';
import type { Clock } from '@blastradius/kernel';
import { checkMintedJwtSvid, checkMintedWitSvid, mintJwtSvid, mintWitSvid } from '@blastradius/pki';
import type { Authorities } from '../authority/authorities.ts';
import { AudienceTooLong } from './issuance.errors.ts';
import type { IssuanceTerms } from './issuance-terms.ts';
import { issuedToken } from './issued-token.ts';
import type { JudgedIssuance, SvidRefusal } from './judged-issuance.ts';
import { keyForIdentity } from './key-for-identity.ts';
import { mintChecked } from './mint-checked.ts';
import { tokenLifetime } from './token-lifetime.ts';

export interface KeyedSvidRequest {
  readonly spiffeId: string;
  /** Base64 of DER. */
  readonly csr: string;
}

export interface JwtSvidRequest {
  readonly spiffeId: string;
  /** At least one. */
  readonly audience: readonly string[];
}

/** A token travels in a header, of which many servers take 8 KiB in all. */
const audienceCharactersMax = 4096;

/** Mints SVIDs for one workload, a method for each kind; answers are in the order of the requests. */
export class IssueSvids {
  readonly #authorities: Authorities;
  readonly #judged: JudgedIssuance;
  readonly #terms: IssuanceTerms;
  readonly #clock: Clock;

  constructor(authorities: Authorities, judged: JudgedIssuance, terms: IssuanceTerms, clock: Clock) {
    this.#authorities = authorities;
    this.#judged = judged;
    this.#terms = terms;
    this.#clock = clock;
  }

  async x509(
    workload: AttestedWorkload,
    requests: readonly KeyedSvidRequest[],
  ): Promise<(X509SvidDocument | SvidRefusal)[]> {
    const authority = await this.#authorities.current('x509');
    const { x509SvidTtlSeconds } = this.#terms;
    return this.#judged.issue({
      kind: 'x509',
      workload,
      requests,
      mint: async ({ spiffeId, csr }, granted) => {
        const publicKeySpki = await keyForIdentity(csr, spiffeId);
        const now = this.#clock.now();
        const ttlSeconds = svidTtlSeconds('x509', granted, x509SvidTtlSeconds);
        const { dnsNames } = granted;
        return mintChecked(authority, { spiffeId, publicKeySpki, dnsNames, now, ttlSeconds });
      },
    });
  }

  async jwt(
    workload: AttestedWorkload,
    requests: readonly JwtSvidRequest[],
  ): Promise<(TokenSvidDocument | SvidRefusal)[]> {
    const authority = await this.#authorities.current('jwt');
    const { jwtSvidTtlSeconds, jwtSvidIssuer: issuer } = this.#terms;
    return this.#judged.issue({
      kind: 'jwt',
      workload,
      requests,
      mint: (request, granted) => {
        const ttlSeconds = svidTtlSeconds('jwt', granted, jwtSvidTtlSeconds);
        const lifetime = tokenLifetime(this.#clock.now(), ttlSeconds);
        const { spiffeId } = request;
        const { claims } = granted;
        const order = { authority, spiffeId, audience: audienceOf(request), issuer, claims, ...lifetime };
        const minted = mintJwtSvid(order);
        checkMintedJwtSvid(minted, order);
        return issuedToken(spiffeId, minted);
      },
    });
  }

  /** Each is bound to the key that signed its CSR. */
  async wit(
    workload: AttestedWorkload,
    requests: readonly KeyedSvidRequest[],
  ): Promise<(TokenSvidDocument | SvidRefusal)[]> {
    const authority = await this.#authorities.current('wit');
    const { witSvidTtlSeconds } = this.#terms;
    return this.#judged.issue({
      kind: 'wit',
      workload,
      requests,
      mint: async ({ spiffeId, csr }, granted) => {
        const publicKeySpki = await keyForIdentity(csr, spiffeId);
        const ttlSeconds = svidTtlSeconds('wit', granted, witSvidTtlSeconds);
        const lifetime = tokenLifetime(this.#clock.now(), ttlSeconds);
        const order = { authority, spiffeId, publicKeySpki, claims: granted.claims, ...lifetime };
        const minted = mintWitSvid(order);
        checkMintedWitSvid(minted, order);
        return issuedToken(spiffeId, minted);
      },
    });
  }
}

/** Each audience once, in the order they were asked for. */
function audienceOf({ audience }: JwtSvidRequest): string[] {
  const distinct = [...new Set(audience)];
  if (distinct.join('').length > audienceCharactersMax) {
    throw new AudienceTooLong(`the audiences have more than ${audienceCharactersMax} characters`);
  }
  return distinct;
}
