import type {
  AgentsByCredential,
  AgentWithKey,
} from '../../apps/network/dist/admission/agents-by-credential.js';

/** Whom a key belongs to, asked once. */
export class RememberedKeys implements AgentsByCredential {
  readonly #asked: AgentsByCredential;
  readonly #known = new Map<string, AgentWithKey>();

  constructor(asked: AgentsByCredential) {
    this.#asked = asked;
  }

  async withStoredKey(stored: string): Promise<AgentWithKey | undefined> {
    const known = this.#known.get(stored);
    if (known !== undefined) return known;
    const found = await this.#asked.withStoredKey(stored);
    if (found !== undefined) this.#known.set(stored, found);
    return found;
  }

  withScopedKey(stored: string) {
    return this.#asked.withScopedKey(stored);
  }

  withPreviousKey(key: string, now: Date) {
    return this.#asked.withPreviousKey(key, now);
  }

  withSpiffeId(spiffeId: string) {
    return this.#asked.withSpiffeId(spiffeId);
  }
}
