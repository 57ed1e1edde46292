import type { TokenSvidDocument } from '@blastradius/contracts';
import type { Clock } from '@blastradius/kernel';
import { checkMintedWitSvid, mintWitSvid } from '@blastradius/pki';
import type { Authorities } from '../authority/authorities.ts';
import type { AttestedWorkload } from '../registration/policy-matching.ts';
import type { IssuanceTerms } from './issuance-terms.ts';
import type { KeyedSvidRequest } from './issue-x509-svids.ts';
import { issuedToken } from './issued-token.ts';
import type { JudgedIssuance, SvidRefusal } from './judged-issuance.ts';
import { keyForIdentity } from './key-for-identity.ts';
import { tokenLifetime } from './token-lifetime.ts';

/** Mints WIT-SVIDs for one workload, each bound to the key that signed its CSR. */
export class IssueWitSvids {
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
    requests: readonly KeyedSvidRequest[],
  ): Promise<(TokenSvidDocument | SvidRefusal)[]> {
    const authority = await this.#authorities.current('wit');
    const { witSvidTtlSeconds } = this.#terms;
    return this.#judged.issue({
      kind: 'wit',
      workload,
      requests,
      mint: ({ spiffeId, csr }) => {
        const publicKeySpki = keyForIdentity(csr, spiffeId);
        const lifetime = tokenLifetime(this.#clock.now(), witSvidTtlSeconds);
        const order = { authority, spiffeId, publicKeySpki, ...lifetime };
        const minted = mintWitSvid(order);
        checkMintedWitSvid(minted, order);
        return issuedToken(spiffeId, minted);
      },
    });
  }
}
