import type { TokenSvidDocument } from '@blastradius/contracts';
import type { Clock } from '@blastradius/kernel';
import { checkMintedJwtSvid, mintJwtSvid } from '@blastradius/pki';
import type { Authorities } from '../authority/authorities.ts';
import type { AttestedWorkload } from '../registration/policy-matching.ts';
import { AudienceTooLong } from './issuance.errors.ts';
import type { IssuanceTerms } from './issuance-terms.ts';
import { issuedToken } from './issued-token.ts';
import type { JudgedIssuance, SvidRefusal } from './judged-issuance.ts';
import { tokenLifetime } from './token-lifetime.ts';

export interface JwtSvidRequest {
  readonly spiffeId: string;
  /** At least one. */
  readonly audience: readonly string[];
}

/** A token travels in a header, of which many servers take 8 KiB in all. */
const audienceCharactersMax = 4096;

/** Mints JWT-SVIDs for one workload. */
export class IssueJwtSvids {
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

  /** In the order of the requests. */
  async execute(
    workload: AttestedWorkload,
    requests: readonly JwtSvidRequest[],
  ): Promise<(TokenSvidDocument | SvidRefusal)[]> {
    const authority = await this.#authorities.current('jwt');
    const { jwtSvidTtlSeconds, jwtSvidIssuer: issuer } = this.#terms;
    return this.#judged.issue({
      kind: 'jwt',
      workload,
      requests,
      mint: (request) => {
        const lifetime = tokenLifetime(this.#clock.now(), jwtSvidTtlSeconds);
        const { spiffeId } = request;
        const order = { authority, spiffeId, audience: audienceOf(request), issuer, ...lifetime };
        const minted = mintJwtSvid(order);
        checkMintedJwtSvid(minted, order);
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
