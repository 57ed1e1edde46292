/** The authorities of one trust domain (SPIFFE Trust Domain and Bundle, section 4). */
export interface X509Bundle {
  readonly trustDomain: string;
  /** DER certificates. Never changed in place: a new content is a new bundle. */
  readonly authorities: readonly Uint8Array[];
}

/** Bundles by trust domain: an SVID is only ever checked against its own domain's authorities. */
export class X509BundleSet {
  readonly #bundles: ReadonlyMap<string, X509Bundle>;

  constructor(bundles: readonly X509Bundle[] = []) {
    this.#bundles = new Map(bundles.map((bundle) => [bundle.trustDomain, bundle]));
  }

  get(trustDomain: string): X509Bundle | undefined {
    return this.#bundles.get(trustDomain);
  }

  get bundles(): readonly X509Bundle[] {
    return [...this.#bundles.values()];
  }
}
