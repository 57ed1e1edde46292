import { authorityKeyIdOf, type X509Svid } from '../../packages/spiffe/src/index.ts';

interface Held {
  readonly serial: string;
  readonly authorityKeyId: string;
}

/** What a workload sees of its identities: which serial number each has, and whose signature. */
export class HeldIdentities {
  readonly #held = new Map<string, Held>();
  #marked: ReadonlyMap<string, Held> = new Map();
  readonly #replacedAtMs = new Map<string, number>();
  readonly #read = new WeakSet<X509Svid>();
  #updates = 0;

  get size(): number {
    return this.#held.size;
  }

  get replacedAtMs(): readonly number[] {
    return [...this.#replacedAtMs.values()];
  }

  get updates(): number {
    return this.#updates;
  }

  take(svids: readonly X509Svid[], nowMs: number): void {
    this.#updates += 1;
    for (const svid of svids) {
      // Unchanged ones are the same object in each state.
      if (this.#read.has(svid)) continue;
      this.#read.add(svid);
      const id = svid.spiffeId.toString();
      const [leaf = new Uint8Array()] = svid.certificates;
      const held = { serial: svid.serial, authorityKeyId: authorityKeyIdOf(leaf) ?? 'none' };
      this.#held.set(id, held);
      const marked = this.#marked.get(id);
      if (marked === undefined || marked.authorityKeyId === held.authorityKeyId) continue;
      if (!this.#replacedAtMs.has(id)) this.#replacedAtMs.set(id, nowMs);
    }
  }

  mark(): void {
    this.#marked = new Map(this.#held);
    this.#replacedAtMs.clear();
    this.#updates = 0;
  }

  /** By authority key identifier. */
  before(): Record<string, number> {
    return countAuthorities(this.#marked);
  }

  after(): Record<string, number> {
    return countAuthorities(this.#held);
  }

  sameSerial(): number {
    return [...this.#marked].filter(([id, { serial }]) => this.#held.get(id)?.serial === serial).length;
  }
}

function countAuthorities(identities: ReadonlyMap<string, Held>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { authorityKeyId } of identities.values()) {
    counts[authorityKeyId] = (counts[authorityKeyId] ?? 0) + 1;
  }
  return counts;
}
