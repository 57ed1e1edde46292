import { AgentsByCredential } from './agents-by-credential.ts';
import type { CurrentAgent } from './judgement.ts';

/** Where a connection hangs and nobody notices, what is remembered ends all the same. */
const REMEMBERED_MS_MAX = 10_000;
const AGENTS_MAX = 100_000;

interface Remembered {
  readonly agent: CurrentAgent;
  readonly untilMs: number;
}

/**
 * Remembers which agent an identity belongs to, for as long as it would be told that this has changed. That a
 * caller is that identity is proved with each request; a key is the proof itself, and is never remembered here.
 */
export class RememberedAgents extends AgentsByCredential {
  readonly #asked: AgentsByCredential;
  readonly #known = new Map<string, Remembered>();
  #isTold = false;
  #changes = 0;

  constructor(asked: AgentsByCredential) {
    super();
    this.#asked = asked;
  }

  /** Whether changes are heard of from now on; until then everything is asked. */
  hears(isTold: boolean): void {
    this.#isTold = isTold;
    this.forget();
  }

  /** Something has changed: everything is asked anew. */
  forget(): void {
    this.#changes += 1;
    this.#known.clear();
  }

  async withSpiffeId(spiffeId: string): Promise<CurrentAgent | undefined> {
    const known = this.#known.get(spiffeId);
    if (known !== undefined && known.untilMs > performance.now()) return known.agent;
    const changes = this.#changes;
    const agent = await this.#asked.withSpiffeId(spiffeId);
    // An answer that was under way when something changed may be of before.
    if (agent !== undefined && this.#isTold && changes === this.#changes) this.#remember(spiffeId, agent);
    return agent;
  }

  withStoredKey(stored: string) {
    return this.#asked.withStoredKey(stored);
  }

  withScopedKey(stored: string) {
    return this.#asked.withScopedKey(stored);
  }

  withPreviousKey(key: string, now: Date) {
    return this.#asked.withPreviousKey(key, now);
  }

  #remember(spiffeId: string, agent: CurrentAgent): void {
    if (this.#known.size >= AGENTS_MAX) this.#known.clear();
    this.#known.set(spiffeId, { agent, untilMs: performance.now() + REMEMBERED_MS_MAX });
  }
}
