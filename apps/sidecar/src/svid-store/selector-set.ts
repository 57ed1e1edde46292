import { isDeepStrictEqual } from 'node:util';
import type { Entitlement } from '@blastradius/contracts';
import type { Clock, Random } from '@blastradius/kernel';
import type { WorkloadApiLogger } from '@blastradius/workload-api';
import { retryDelayMs } from '../rotation/backoff.ts';
import type { RenewalOutcome } from '../rotation/count-renewals.ts';
import { isPast, NO_WAIT, waitFrom } from '../rotation/deadline.ts';
import { afterSetBack, dueForRenewal, hasEnded } from '../rotation/renewal-time.ts';
import { replaceAtMs } from '../rotation/replacement-time.ts';
import type { Turns } from '../rotation/turns.ts';
import type { BundleView } from './bundle-view.ts';
import type { HeldIdentity } from './held-svid.ts';
import type { EntitlementsIssuer } from './issuer.ts';
import type { Minted, MintOptions } from './mint-together.ts';
import type { TrustBundles } from './trust-bundles.ts';
import { federatesWith } from './unique-hints.ts';

/** What differs between the SVIDs that are held: X509-SVIDs and WIT-SVIDs. */
export interface SvidProfile<Held extends HeldIdentity, Snapshot> {
  mint(options: MintOptions): Promise<Minted<Held>>;
  /** What workloads get: `held` in the order of the entitlements, the default identity first. */
  compose(held: readonly HintedSvid<Held>[], bundles: BundleView): Snapshot;
}

export interface HintedSvid<Held> {
  readonly svid: Held;
  readonly hint: string;
}

export interface SetWatcher<Snapshot> {
  onSnapshot(snapshot: Snapshot): void;
  onError(error: unknown): void;
}

export interface SelectorSetContext {
  readonly issuer: EntitlementsIssuer;
  readonly bundles: TrustBundles;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: WorkloadApiLogger;
  /** To mint, of all sets of the sidecar: an issuer that gets everything at once answers nothing in time. */
  readonly turns: Turns;
  /** Hears how it went for how many SVIDs. */
  readonly onRenewal?: (outcome: RenewalOutcome, svids: number) => void;
}

/** An issuer that says zero must not be asked at every tick. */
const ENTITLEMENTS_TTL_MS_MIN = 1000;
const TAINTED_AGAIN_MS = 2000;
/** A change of policies reaches every host at once; those who hold something ask the issuer spread over this long. */
const RECONSIDER_WITHIN_MS = 1000;
/** While none was ever held: a workload that starts in an outage waits for ten seconds at most after it. */
const LIFETIME_MS_UNKNOWN = 100_000;

/**
 * The identities of all callers that were attested with the same selectors: held once, renewed
 * in one batch, pushed to every stream at once.
 */
export class SelectorSet<Held extends HeldIdentity, Snapshot> {
  readonly #selectors: readonly string[];
  readonly #profile: SvidProfile<Held, Snapshot>;
  readonly #context: SelectorSetContext;
  readonly #watchers = new Set<SetWatcher<Snapshot>>();
  readonly #held = new Map<string, Held>();
  #entitlements: readonly Entitlement[] = [];
  #entitledUntil = NO_WAIT;
  /** How often the policies have changed. */
  #changes = 0;
  #snapshot: Snapshot | undefined;
  /** How many SVIDs stand in it. */
  #shown = 0;
  #refreshing = false;
  #failures = 0;
  #failure: unknown;
  #retryAt = NO_WAIT;
  /** Of what was held last, also when it has ended: an issuer that is away for long is not asked more often. */
  #lifetimeMs = LIFETIME_MS_UNKNOWN;
  /** Not before this what a tainted authority has signed is due. */
  #replaceTaintedAt = NO_WAIT;
  #idleSinceMs: number;

  constructor(
    selectors: readonly string[],
    profile: SvidProfile<Held, Snapshot>,
    context: SelectorSetContext,
  ) {
    this.#selectors = selectors;
    this.#profile = profile;
    this.#context = context;
    this.#idleSinceMs = this.#nowMs();
  }

  /** Since when nobody watches; undefined while somebody does. */
  get idleSinceMs(): number | undefined {
    return this.#watchers.size === 0 ? this.#idleSinceMs : undefined;
  }

  get held(): ReadonlyMap<string, Held> {
    return this.#held;
  }

  add(watcher: SetWatcher<Snapshot>): () => void {
    this.#watchers.add(watcher);
    this.#withdrawEnded();
    if (this.#snapshot !== undefined && (this.#shown > 0 || this.#isEntitledToNothing())) {
      watcher.onSnapshot(this.#snapshot);
    } else if (!isPast(this.#retryAt, this.#nowMs())) {
      watcher.onError(this.#failure);
    } else {
      this.#snapshot = undefined;
      void this.#refresh();
    }
    return () => {
      this.#watchers.delete(watcher);
      this.#idleSinceMs = this.#nowMs();
    };
  }

  /** Withdraws what has ended, renews what is due for those who still watch, and keeps nothing tainted for others. */
  tick(): void {
    this.#withdrawEnded();
    if (this.#watchers.size === 0) {
      this.#forgetTainted();
      return;
    }
    const nowMs = this.#nowMs();
    if (!isPast(this.#retryAt, nowMs)) return;
    if (isPast(this.#entitledUntil, nowMs) || this.#due().length > 0) void this.#refresh();
  }

  /** The trust domain's bundle has changed. */
  republish(): void {
    if (this.#snapshot !== undefined) this.#publish();
  }

  /** A further authority is tainted. */
  replaceTainted(): void {
    const nowMs = this.#nowMs();
    const dueAtMs = replaceAtMs(nowMs, this.#context.random.next());
    this.#replaceTaintedAt = { setAtMs: nowMs, dueAtMs };
  }

  /** The policies have changed: what was said of them holds no longer. Who has nothing asks at once. */
  reconsider(): void {
    this.#changes += 1;
    const nowMs = this.#nowMs();
    const delayMs = this.#shown === 0 ? 0 : this.#context.random.next() * RECONSIDER_WITHIN_MS;
    const dueAtMs = Math.min(this.#entitledUntil.dueAtMs, nowMs + delayMs);
    this.#entitledUntil = { setAtMs: nowMs, dueAtMs };
    this.tick();
  }

  /** While nobody watches nothing is replaced, and who comes next must not get what its peers refuse by then. */
  #forgetTainted(): void {
    const tainted = [...this.#held.values()].filter((svid) => this.#isTainted(svid));
    for (const { spiffeId } of tainted) this.#held.delete(spiffeId);
    if (tainted.length > 0) this.#snapshot = undefined;
  }

  #isEntitledToNothing(): boolean {
    return this.#entitlements.length === 0 && !isPast(this.#entitledUntil, this.#nowMs());
  }

  #withdrawEnded(): void {
    const nowMs = this.#nowMs();
    for (const [spiffeId, svid] of this.#held) this.#held.set(spiffeId, afterSetBack(svid, nowMs));
    const ended = [...this.#held.values()].filter((svid) => hasEnded(svid, nowMs));
    for (const svid of ended) this.#held.delete(svid.spiffeId);
    if (ended.length > 0) {
      this.#context.logger.warn({ count: ended.length }, 'svids ended before they could be renewed');
      this.#publish();
    }
  }

  async #refresh(): Promise<void> {
    if (this.#refreshing) return;
    this.#refreshing = true;
    try {
      const changed = await this.#askAndMint();
      this.#failures = 0;
      this.#retryAt = NO_WAIT;
      if (changed || this.#snapshot === undefined) this.#publish();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#refreshing = false;
    }
  }

  /** Returns whether anything has changed. What the issuer refuses waits for the next entitlements. */
  async #askAndMint(): Promise<boolean> {
    const { issuer } = this.#context;
    const changesBefore = this.#changes;
    const answer = await issuer.entitlements(this.#selectors);
    const entitled = new Set(answer.entitlements.map(({ spiffeId }) => spiffeId));
    const withdrawn = [...this.#held.keys()].filter((spiffeId) => !entitled.has(spiffeId));
    for (const spiffeId of withdrawn) this.#held.delete(spiffeId);
    const rearranged = !sameEntitlements(answer.entitlements, this.#entitlements);
    this.#entitlements = answer.entitlements;
    // An identity that was taken away goes at once, whatever becomes of the minting.
    if (withdrawn.length > 0) this.#publish();

    const due = new Set(this.#due().map(({ spiffeId }) => spiffeId));
    const wanted = [...entitled].filter((spiffeId) => due.has(spiffeId) || !this.#held.has(spiffeId));
    const minted = await this.#profile.mint({
      ...this.#context,
      selectors: this.#selectors,
      spiffeIds: wanted,
    });
    for (const svid of minted.svids) {
      this.#held.set(svid.spiffeId, svid);
      this.#lifetimeMs = svid.notAfterMs - svid.requestedAtMs;
    }
    for (const { spiffeId } of minted.refused) this.#held.delete(spiffeId);
    // An issuer that signed by a tainted authority once more is not asked again at every tick.
    if (minted.svids.some((svid) => this.#isTainted(svid))) {
      this.#replaceTaintedAt = waitFrom(this.#nowMs(), TAINTED_AGAIN_MS);
    }
    this.#context.onRenewal?.('renewed', minted.svids.length);
    this.#context.onRenewal?.('refused', minted.refused.length);
    if (minted.failure !== undefined) {
      this.#publish();
      throw minted.failure;
    }
    const ttlMs = Math.max(answer.ttlSeconds * 1000, ENTITLEMENTS_TTL_MS_MIN);
    // An answer that was on its way when the policies changed is of the old ones.
    this.#entitledUntil = changesBefore === this.#changes ? waitFrom(this.#nowMs(), ttlMs) : NO_WAIT;
    return rearranged || minted.svids.length > 0 || minted.refused.length > 0;
  }

  #fail(error: unknown): void {
    const { random, logger } = this.#context;
    this.#context.onRenewal?.('failed', Math.max(1, this.#due().length));
    this.#failures += 1;
    this.#failure = error;
    const delayMs = retryDelayMs(this.#failures, this.#lifetimeMs, random.next());
    this.#retryAt = waitFrom(this.#nowMs(), delayMs);
    // Also where the entitlements are known and the minting failed: nothing else would be due then.
    this.#entitledUntil = NO_WAIT;
    logger.warn({ err: error, failures: this.#failures, held: this.#held.size }, 'issuer not available');
    if (this.#snapshot !== undefined) return;
    for (const watcher of [...this.#watchers]) watcher.onError(error);
  }

  #publish(): void {
    const held = this.#entitlements.flatMap(({ spiffeId, hint }): HintedSvid<Held>[] => {
      const svid = this.#held.get(spiffeId);
      return svid === undefined ? [] : [{ svid, hint }];
    });
    const view = this.#context.bundles.viewFor(federatesWith(this.#entitlements));
    const snapshot = this.#profile.compose(held, view);
    this.#snapshot = snapshot;
    this.#shown = held.length;
    for (const watcher of [...this.#watchers]) watcher.onSnapshot(snapshot);
  }

  #due(): readonly Held[] {
    const nowMs = this.#nowMs();
    const held = [...this.#held.values()];
    const isWaiting = !isPast(this.#replaceTaintedAt, nowMs);
    const tainted = isWaiting ? [] : held.filter((svid) => this.#isTainted(svid));
    return [...dueForRenewal(held, nowMs), ...tainted];
  }

  #isTainted({ authorityKeyId }: Held): boolean {
    return authorityKeyId !== undefined && this.#context.bundles.current.taintedKeyIds.has(authorityKeyId);
  }

  #nowMs(): number {
    return this.#context.clock.now().getTime();
  }
}

function sameEntitlements(one: readonly Entitlement[], other: readonly Entitlement[]): boolean {
  return (
    one.length === other.length &&
    one.every((entitlement, index) => isDeepStrictEqual(entitlement, other[index]))
  );
}
