import type { TrustBundleDocument } from '@blastradius/contracts';
import { formatSpiffeBundle } from '@blastradius/spiffe';
import type { Authorities } from '../authority/authorities.ts';
import type { TrustDomainState } from '../authority/trust-domain-state.ts';
import { tokenAuthoritiesOf } from './token-authorities.ts';

/** The trust domain's bundle, as our API carries it and as everyone's does. */
export class TrustBundles {
  readonly #authorities: Authorities;
  readonly #refreshHintSeconds: number;
  /** Anyone may ask, so that it is written once for each state. */
  #formatted: { readonly state: TrustDomainState; readonly text: string } | undefined;

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

  /** As a SPIFFE bundle document: what is tainted is not told there. */
  async spiffeDocument(): Promise<string> {
    const state = await this.#authorities.state();
    if (this.#formatted?.state !== state) this.#formatted = { state, text: this.#format(state) };
    return this.#formatted.text;
  }

  #format({ bundle, sequence, keySets }: TrustDomainState): string {
    return formatSpiffeBundle({
      trustDomain: bundle.trustDomain,
      x509Authorities: bundle.authorities,
      jwtAuthorities: tokenAuthoritiesOf(keySets.jwt),
      witAuthorities: tokenAuthoritiesOf(keySets.wit),
      sequence: BigInt(sequence),
      refreshHintSeconds: this.#refreshHintSeconds,
    });
  }
}
