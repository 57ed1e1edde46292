import { parseSpiffeId } from '../spiffe-id/spiffe-id.ts';

/**
 * Reads bundles that travel as JWKS documents by their trust domain's SPIFFE ID. A document that can't be
 * read refuses the whole response: an update in which one trust domain is missing would withdraw it.
 */
export class TokenBundlesReader<Bundle> {
  readonly #parse: (trustDomain: string, jwks: string) => Bundle;
  #read: ReadonlyMap<string, { readonly jwks: string; readonly bundle: Bundle }> = new Map();

  constructor(parse: (trustDomain: string, jwks: string) => Bundle) {
    this.#parse = parse;
  }

  /** A bundle that has not changed stays the same object. */
  read(bundles: Readonly<Record<string, string | Uint8Array>>): readonly Bundle[] {
    this.#read = new Map(
      Object.entries(bundles).map(([id, document]) => {
        const { trustDomain } = parseSpiffeId(id);
        const jwks = typeof document === 'string' ? document : Buffer.from(document).toString('utf8');
        const known = this.#read.get(trustDomain);
        if (known?.jwks === jwks) return [trustDomain, known];
        return [trustDomain, { jwks, bundle: this.#parse(trustDomain, jwks) }];
      }),
    );
    return [...this.#read.values()].map(({ bundle }) => bundle);
  }
}
