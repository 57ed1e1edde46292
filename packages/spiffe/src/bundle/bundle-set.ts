/** Bundles by trust domain: an SVID is only ever checked against its own domain's authorities. */
export class BundleSet<Bundle extends { readonly trustDomain: string }> {
  readonly #bundles: ReadonlyMap<string, Bundle>;

  constructor(bundles: readonly Bundle[] = []) {
    this.#bundles = new Map(bundles.map((bundle) => [bundle.trustDomain, bundle]));
  }

  get(trustDomain: string): Bundle | undefined {
    return this.#bundles.get(trustDomain);
  }

  get bundles(): readonly Bundle[] {
    return [...this.#bundles.values()];
  }
}
