import { JwtBundleSet, parseSpiffeBundle, X509BundleSet } from '@blastradius/spiffe';
import type { Authorities } from '../../authority/authorities.ts';
import type { TrustDomainState } from '../../authority/trust-domain-state.ts';
import { tokenAuthoritiesOf } from '../../bundle/token-authorities.ts';

export interface AcceptedBundles {
  readonly x509: X509BundleSet;
  /** Keys for JWT-SVIDs alone: those for WIT-SVIDs and access tokens are no keys for assertions. */
  readonly jwt: JwtBundleSet;
}

/** Whose SVIDs the token endpoint reads: those of our trust domain, and of those the operator federates with. */
export class AcceptedAuthorities {
  readonly #authorities: Authorities;
  /** Each request needs them, so that they are read once for each state. */
  #read: { readonly state: TrustDomainState; readonly bundles: AcceptedBundles } | undefined;

  constructor(authorities: Authorities) {
    this.#authorities = authorities;
  }

  async bundles(): Promise<AcceptedBundles> {
    const state = await this.#authorities.state();
    if (this.#read?.state !== state) this.#read = { state, bundles: bundlesOf(state) };
    return this.#read.bundles;
  }
}

function bundlesOf({ bundle, keySets, federatedBundles }: TrustDomainState): AcceptedBundles {
  const others = Object.entries(federatedBundles)
    .filter(([trustDomain]) => trustDomain !== bundle.trustDomain)
    .map(([trustDomain, document]) => parseSpiffeBundle(trustDomain, document));
  return {
    x509: new X509BundleSet([
      bundle,
      ...others.map(({ trustDomain, x509Authorities: authorities }) => ({ trustDomain, authorities })),
    ]),
    jwt: new JwtBundleSet([
      { trustDomain: bundle.trustDomain, authorities: tokenAuthoritiesOf(keySets.jwt) },
      ...others.map(({ trustDomain, jwtAuthorities: authorities }) => ({ trustDomain, authorities })),
    ]),
  };
}
