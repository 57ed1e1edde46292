import type { TrustBundleDocument } from '@blastradius/contracts';
import type { Authorities } from '../authority/authorities.ts';

/** The trust domain's bundle as the API carries it. */
export class TrustBundles {
  readonly #authorities: Authorities;
  readonly #refreshHintSeconds: number;

  constructor(authorities: Authorities, refreshHintSeconds: number) {
    this.#authorities = authorities;
    this.#refreshHintSeconds = refreshHintSeconds;
  }

  async document(): Promise<TrustBundleDocument> {
    const state = await this.#authorities.state();
    const { bundle, sequence, jwtAuthorities, witAuthorities, federatedBundles, taintedKeyIds } = state;
    return {
      trustDomain: bundle.trustDomain,
      sequence,
      refreshHintSeconds: this.#refreshHintSeconds,
      x509Authorities: bundle.authorities.map((der) => Buffer.from(der).toString('base64')),
      jwtAuthorities: [...jwtAuthorities],
      witAuthorities: [...witAuthorities],
      federatedBundles: { ...federatedBundles },
      taintedAuthorityKeyIds: [...taintedKeyIds],
    };
  }
}
