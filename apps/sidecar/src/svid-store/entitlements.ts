import type { Entitlement } from '@blastradius/contracts';
import type { Clock } from '@blastradius/kernel';
import { type Deadline, isPast, NO_WAIT, waitFrom } from '../rotation/deadline.ts';
import type { RetryPause } from '../rotation/retry-pause.ts';
import type { EntitlementsAnswer, EntitlementsIssuer } from './issuer.ts';
import { uniqueHints } from './unique-hints.ts';

interface KnownAnswer {
  readonly entitlements: readonly Entitlement[];
  readonly until: Deadline;
}

export interface EntitlementsContext {
  readonly issuer: EntitlementsIssuer;
  readonly clock: Clock;
  readonly pause: RetryPause;
}

/** An issuer that says zero must not be asked for every call. */
const TTL_MS_MIN = 1000;
/** Callers of one host; the one that asked longest ago is forgotten first. */
const CALLERS_MAX = 1000;

/** Which identities callers may have, asked once for all profiles and for as long as the issuer says. */
export class Entitlements implements EntitlementsIssuer {
  readonly #issuer: EntitlementsIssuer;
  readonly #clock: Clock;
  readonly #pause: RetryPause;
  readonly #known = new Map<string, KnownAnswer>();
  #changes = 0;
  readonly #asking = new Map<string, Promise<EntitlementsAnswer>>();

  constructor({ issuer, clock, pause }: EntitlementsContext) {
    this.#issuer = issuer;
    this.#clock = clock;
    this.#pause = pause;
  }

  /** `ttlSeconds` is what is left of the answer's time. Rejects as the issuer does. */
  entitlements(selectors: readonly string[]): Promise<EntitlementsAnswer> {
    const key = selectors.join('\0');
    const known = this.#known.get(key);
    const nowMs = this.#clock.now().getTime();
    if (known !== undefined && !isPast(known.until, nowMs)) {
      const ttlSeconds = (known.until.dueAtMs - nowMs) / 1000;
      return Promise.resolve({ entitlements: known.entitlements, ttlSeconds });
    }
    const asking = this.#asking.get(key) ?? this.#ask(key, selectors);
    this.#asking.set(key, asking);
    return asking;
  }

  /**
   * For who asks whenever a workload does: at the pace of the pause, and while the issuer is away what
   * it granted last. Rejects where it has never said.
   */
  async granted(selectors: readonly string[]): Promise<readonly Entitlement[]> {
    try {
      const answer = await this.#pause.run(() => this.entitlements(selectors));
      return answer.entitlements;
    } catch (error) {
      const known = this.#known.get(selectors.join('\0'));
      if (known === undefined || !this.#pause.isOutage(error)) throw error;
      return known.entitlements;
    }
  }

  /** The policies have changed: everyone is asked for again, at the next question. What was granted stays for an outage. */
  outdate(): void {
    this.#changes += 1;
    this.#asking.clear();
    for (const [key, answer] of this.#known) this.#known.set(key, { ...answer, until: NO_WAIT });
  }

  async #ask(key: string, selectors: readonly string[]): Promise<EntitlementsAnswer> {
    const changesBefore = this.#changes;
    try {
      const answer = await this.#issuer.entitlements(selectors);
      const entitlements = uniqueHints(answer.entitlements);
      const ttlMs = Math.max(answer.ttlSeconds * 1000, TTL_MS_MIN);
      // An answer that was on its way when the policies changed is of the old ones, and not kept.
      if (changesBefore === this.#changes) {
        this.#remember(key, { entitlements, until: waitFrom(this.#clock.now().getTime(), ttlMs) });
      }
      return { entitlements, ttlSeconds: ttlMs / 1000 };
    } finally {
      if (changesBefore === this.#changes) this.#asking.delete(key);
    }
  }

  #remember(key: string, answer: KnownAnswer): void {
    this.#known.delete(key);
    this.#known.set(key, answer);
    const [oldest] = this.#known.keys();
    if (this.#known.size > CALLERS_MAX && oldest !== undefined) this.#known.delete(oldest);
  }
}
