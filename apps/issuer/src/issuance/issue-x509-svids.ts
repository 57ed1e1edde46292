import type { X509SvidDocument } from '@blastradius/contracts';
import type { Clock } from '@blastradius/kernel';
import type { Authorities } from '../authority/authorities.ts';
import type { AttestedWorkload } from '../registration/policy-matching.ts';
import type { IssuanceTerms } from './issuance-terms.ts';
import type { JudgedIssuance, SvidRefusal } from './judged-issuance.ts';
import { keyForIdentity } from './key-for-identity.ts';
import { mintChecked } from './mint-checked.ts';

export interface KeyedSvidRequest {
  readonly spiffeId: string;
  /** Base64 of DER. */
  readonly csr: string;
}

/** Mints X509-SVIDs for one workload. */
export class IssueX509Svids {
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
  ): Promise<(X509SvidDocument | SvidRefusal)[]> {
    const authority = await this.#authorities.current('x509');
    const ttlSeconds = this.#terms.x509SvidTtlSeconds;
    return this.#judged.issue({
      kind: 'x509',
      workload,
      requests,
      mint: ({ spiffeId, csr }, { dnsNames }) => {
        const publicKeySpki = keyForIdentity(csr, spiffeId);
        const now = this.#clock.now();
        return mintChecked(authority, { spiffeId, publicKeySpki, dnsNames, now, ttlSeconds });
      },
    });
  }
}
