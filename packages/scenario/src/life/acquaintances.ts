/** Who has written to whom: a pair has one conversation, so nobody asks twice. */
export class Acquaintances {
  readonly #pairs = new Set<string>();

  /** False if the two already know each other, or are one and the same. */
  introduce(one: string, other: string): boolean {
    const pair = one < other ? `${one} ${other}` : `${other} ${one}`;
    if (one === other || this.#pairs.has(pair)) return false;
    this.#pairs.add(pair);
    return true;
  }
}
