import type { Entitlement } from '@blastradius/contracts';
import type { Clock, Random } from '@blastradius/kernel';
import type { JwtSvidMessage } from '@blastradius/spiffe';
import type {
  JwtIdentities,
  JwtSvidRequest,
  TokenBundlesWatcher,
  WorkloadApiLogger,
} from '@blastradius/workload-api';
import type { RenewalOutcome } from '../rotation/count-renewals.ts';
import { isBefore } from '../rotation/deadline.ts';
import { hasEnded, lifetimeOf, renewAtMs } from '../rotation/renewal-time.ts';
import type { RetryPause } from '../rotation/retry-pause.ts';
import type { Entitlements } from './entitlements.ts';
import type { JwtIssuer, TokenResult } from './issuer.ts';
import { type HeldToken, JwtCache, subjectKey, type TokenSubject } from './jwt-cache.ts';
import { TokenBundleStreams } from './token-bundle-streams.ts';
import { tokenKeyId } from './token-key-id.ts';
import type { TrustBundles } from './trust-bundles.ts';

export interface JwtStoreContext {
  readonly issuer: JwtIssuer;
  readonly entitlements: Entitlements;
  readonly bundles: TrustBundles;
  readonly pause: RetryPause;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: WorkloadApiLogger;
  /** Hears how it went for how many SVIDs. */
  readonly onRenewal?: (outcome: RenewalOutcome, svids: number) => void;
}

/** How a request for a token went; a refusal is the issuer's decision, and is not asked for again in the same call. */
type Minting = Promise<ReadonlyMap<string, HeldToken>>;

/**
 * The JWT-SVIDs of this host: minted when a workload asks, and handed out again until half of their
 * life; after that one is asked for anew, and the old one still serves where the issuer is away.
 */
export class JwtStore implements JwtIdentities {
  readonly #context: JwtStoreContext;
  readonly #cache = new JwtCache();
  readonly #minting = new Map<string, Minting>();
  readonly #bundles: TokenBundleStreams;

  constructor(context: JwtStoreContext) {
    this.#context = context;
    this.#bundles = new TokenBundleStreams(context, ({ jwt }) => jwt);
    context.bundles.onTaint(() => {
      const tainted = context.bundles.current.taintedKeyIds;
      this.#cache.dropIf(({ keyId }) => keyId !== undefined && tainted.has(keyId));
    });
  }

  async fetchJwtSvids(
    selectors: readonly string[],
    { audience, spiffeId }: JwtSvidRequest,
  ): Promise<readonly JwtSvidMessage[]> {
    const entitled = await this.#entitled(selectors);
    const wanted = entitled.filter(
      (entitlement) => (spiffeId ?? entitlement.spiffeId) === entitlement.spiffeId,
    );
    const subjects = wanted.map((entitlement) => ({ selectors, spiffeId: entitlement.spiffeId, audience }));
    const tokens = await this.#tokens(subjects);
    return wanted.flatMap((entitlement): JwtSvidMessage[] => {
      const held = tokens.get(entitlement.spiffeId);
      if (held === undefined) return [];
      return [{ spiffeId: held.spiffeId, svid: held.token, hint: entitlement.hint }];
    });
  }

  watchJwtBundles(selectors: readonly string[], watcher: TokenBundlesWatcher): () => void {
    return this.#bundles.watch(selectors, watcher);
  }

  /** To be called several times within the shortest lifetime. */
  tick(): void {
    this.#bundles.tick();
    const nowMs = this.#nowMs();
    // Of one from before the clock was set back nobody can tell whether it has ended.
    this.#cache.dropIf((token) => hasEnded(token, nowMs) || isBefore(token.requestedAtMs, nowMs));
  }

  async #entitled(selectors: readonly string[]): Promise<readonly Entitlement[]> {
    const entitled = await this.#context.entitlements.granted(selectors);
    this.#cache.retain(selectors, new Set(entitled.map((entitlement) => entitlement.spiffeId)));
    return entitled;
  }

  /** By SPIFFE ID; what the issuer refuses is left out. Rejects where one can't be had for now. */
  async #tokens(subjects: readonly TokenSubject[]): Promise<ReadonlyMap<string, HeldToken>> {
    const tokens = new Map<string, HeldToken>();
    const missing: TokenSubject[] = [];
    for (const subject of subjects) {
      const held = this.#cache.get(subject);
      if (held !== undefined && this.#isFresh(held)) tokens.set(subject.spiffeId, held);
      else missing.push(subject);
    }
    for (const [subject, minting] of this.#mintEach(missing)) {
      const held = await this.#resultFor(subject, minting);
      if (held !== undefined) tokens.set(subject.spiffeId, held);
    }
    return tokens;
  }

  async #resultFor(subject: TokenSubject, minting: Minting): Promise<HeldToken | undefined> {
    try {
      return (await minting).get(subjectKey(subject));
    } catch (error) {
      const held = this.#cache.get(subject);
      if (held === undefined || hasEnded(held, this.#nowMs())) throw error;
      return held;
    }
  }

  /** One request for all that nobody is asking for already. */
  #mintEach(subjects: readonly TokenSubject[]): readonly (readonly [TokenSubject, Minting])[] {
    const unasked = subjects.filter((subject) => !this.#minting.has(subjectKey(subject)));
    if (unasked.length > 0) {
      const minting = this.#mint(unasked);
      for (const subject of unasked) this.#minting.set(subjectKey(subject), minting);
      const forget = () => {
        for (const subject of unasked) this.#minting.delete(subjectKey(subject));
      };
      minting.then(forget, forget);
    }
    return subjects.flatMap((subject) => {
      const minting = this.#minting.get(subjectKey(subject));
      return minting === undefined ? [] : [[subject, minting] as const];
    });
  }

  /** All of them are of one caller and one audience. */
  async #mint(subjects: readonly TokenSubject[]): Minting {
    const results = await this.#request(subjects);
    const minted = new Map<string, HeldToken>();
    for (const [index, subject] of subjects.entries()) {
      const held = results[index];
      if (held === undefined) {
        this.#context.logger.warn({ spiffeId: subject.spiffeId }, 'jwt-svid not issued');
        continue;
      }
      this.#cache.put(subject, held);
      minted.set(subjectKey(subject), held);
    }
    this.#context.onRenewal?.('renewed', minted.size);
    this.#context.onRenewal?.('refused', subjects.length - minted.size);
    return minted;
  }

  #request(subjects: readonly TokenSubject[]): Promise<readonly (HeldToken | undefined)[]> {
    const { issuer, pause, onRenewal } = this.#context;
    const requestedAtMs = this.#nowMs();
    const selectors = subjects[0]?.selectors ?? [];
    const requests = subjects.map(({ spiffeId, audience }) => ({ spiffeId, audience }));
    return pause.run(async () => {
      try {
        const answer = await issuer.mintJwtSvids(selectors, requests);
        return answer.map((result, index) => this.#hold(result, subjects[index], requestedAtMs));
      } catch (error) {
        onRenewal?.('failed', requests.length);
        throw error;
      }
    });
  }

  #hold(
    result: TokenResult,
    subject: TokenSubject | undefined,
    requestedAtMs: number,
  ): HeldToken | undefined {
    if ('refused' in result || result.spiffeId !== subject?.spiffeId) return undefined;
    const { token } = result;
    const lifetime = lifetimeOf(result, { requestedAtMs, nowMs: this.#nowMs() });
    return {
      spiffeId: subject.spiffeId,
      token,
      ...lifetime,
      renewAtMs: renewAtMs(lifetime, this.#context.random.next()),
      keyId: tokenKeyId(token),
    };
  }

  /** A clock that was set back says nothing about how much of a token's life has gone. */
  #isFresh({ requestedAtMs, renewAtMs: dueAtMs }: HeldToken): boolean {
    const nowMs = this.#nowMs();
    return requestedAtMs <= nowMs && nowMs < dueAtMs;
  }

  #nowMs(): number {
    return this.#context.clock.now().getTime();
  }
}
