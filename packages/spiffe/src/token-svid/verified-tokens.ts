/** So many tokens; the one that came first makes room for another. */
const TOKENS_MAX = 10_000;

/**
 * Tokens whose signature was verified by a key of one state of the trusted keys. What comes with the next state
 * is verified again, so that a key that was taken out counts no more; and nothing but the signature is remembered:
 * whom a token is for and when it ends is judged each time it is shown.
 */
export class VerifiedTokens<Read> {
  readonly #tokensMax: number;
  readonly #read = new Map<string, Read>();
  #keys: object | undefined;

  constructor(tokensMax = TOKENS_MAX) {
    this.#tokensMax = tokensMax;
  }

  /** What was read of this very text, if its signature was verified by these very keys. */
  get(token: string, keys: object): Read | undefined {
    return keys === this.#keys ? this.#read.get(token) : undefined;
  }

  add(token: string, keys: object, read: Read): void {
    if (keys !== this.#keys) {
      this.#read.clear();
      this.#keys = keys;
    }
    const [oldest] = this.#read.size < this.#tokensMax ? [] : this.#read.keys();
    if (oldest !== undefined) this.#read.delete(oldest);
    this.#read.set(token, read);
  }
}
