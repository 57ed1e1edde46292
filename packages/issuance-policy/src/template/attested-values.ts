import { selectorPrefixOf } from './attributes.ts';

/** The attributes of one workload, each looked for once. */
export class AttestedValues {
  readonly #selectors: readonly string[];
  readonly #found = new Map<string, readonly string[]>();

  constructor(selectors: readonly string[]) {
    this.#selectors = selectors;
  }

  /** Each value once; none where it was not attested. */
  of(attribute: string): readonly string[] {
    const known = this.#found.get(attribute);
    if (known !== undefined) return known;
    const prefix = selectorPrefixOf(attribute);
    const values = this.#selectors
      .filter((selector) => selector.startsWith(prefix))
      .map((selector) => selector.slice(prefix.length));
    const distinct = [...new Set(values)];
    this.#found.set(attribute, distinct);
    return distinct;
  }
}
