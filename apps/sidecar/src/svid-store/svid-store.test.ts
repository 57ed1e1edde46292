import { createRandom } from '@blastradius/kernel';
import { type Authority, createAuthority, mintX509Svid, verifyCsr } from '@blastradius/pki';
import { authorityKeyIdOf, subjectKeyIdOf } from '@blastradius/spiffe';
import { type FakeClock, fakeClock } from '@blastradius/testkit';
import type { X509Snapshot } from '@blastradius/workload-api';
import { beforeEach, describe, expect, it } from 'vitest';
import { Turns } from '../rotation/turns.ts';
import type { CertificateRequest, Issuer, MintResult } from './issuer.ts';
import { SvidStore } from './svid-store.ts';
import { TrustBundles } from './trust-bundles.ts';

const TTL_MS = 60_000;
const selectors = ['unix:uid:1000'];
const a = 'spiffe://moltbook.test/agent/a';
const b = 'spiffe://moltbook.test/agent/b';

class LocalIssuer implements Issuer {
  entitled: readonly string[] = [a];
  isAway = false;
  /** After so many batches it fails, until it is told otherwise. */
  failsAfterBatches = Number.POSITIVE_INFINITY;
  /** How far its clock is before ours. */
  aheadMs = 0;
  asked = 0;
  readonly batches: string[][] = [];
  #authority: Authority;
  readonly #clock: FakeClock;

  constructor(authority: Authority, clock: FakeClock) {
    this.#authority = authority;
    this.#clock = clock;
  }

  /** Signs by this authority from now on; returns the key identifier of the one before. */
  rotateTo(authority: Authority): string {
    const previous = subjectKeyIdOf(this.#authority.certificate) ?? '';
    this.#authority = authority;
    return previous;
  }

  async entitlements() {
    this.asked += 1;
    if (this.isAway) throw new Error('away');
    const entitlements = this.entitled.map((spiffeId) => ({ spiffeId, hint: spiffeId, policyId: 'test' }));
    return { entitlements, ttlSeconds: 10 };
  }

  async mint(_selectors: readonly string[], requests: readonly CertificateRequest[]): Promise<MintResult[]> {
    if (this.batches.length >= this.failsAfterBatches) throw new Error('away');
    this.batches.push(requests.map(({ spiffeId }) => spiffeId));
    const nowMs = this.#clock.now().getTime() + this.aheadMs;
    return requests.map(({ spiffeId, csr }) => {
      const { certificate, notAfter } = mintX509Svid({
        authority: this.#authority,
        spiffeId,
        publicKeySpki: verifyCsr(csr).publicKeySpki,
        notBefore: new Date(nowMs),
        notAfter: new Date(nowMs + TTL_MS),
      });
      const certificateChain = [Buffer.from(certificate).toString('base64')];
      return { spiffeId, certificateChain, notAfterMs: notAfter.getTime() };
    });
  }
}

let clock: FakeClock;
let issuer: LocalIssuer;
let store: SvidStore;
let bundles: TrustBundles;
let lifetime: { notBefore: Date; notAfter: Date };

beforeEach(async () => {
  clock = fakeClock();
  const nowMs = clock.now().getTime();
  lifetime = { notBefore: new Date(nowMs - 86_400_000), notAfter: new Date(nowMs + 86_400_000) };
  issuer = new LocalIssuer(await createAuthority({ trustDomain: 'moltbook.test', ...lifetime }), clock);
  bundles = new TrustBundles(bundle(1, ['AAAA']));
  const logger = { debug: () => {}, info: () => {}, warn: () => {} };
  store = new SvidStore({
    issuer,
    bundles,
    clock,
    random: createRandom('store'),
    logger,
    turns: new Turns(1),
  });
});

const bundle = (sequence: number, x509Authorities: string[], taintedAuthorityKeyIds: string[] = []) => ({
  jwtAuthorities: [],
  witAuthorities: [],
  federatedBundles: {},
  trustDomain: 'moltbook.test',
  sequence,
  refreshHintSeconds: 60,
  x509Authorities,
  taintedAuthorityKeyIds,
});

class Watching {
  readonly snapshots: X509Snapshot[] = [];
  readonly errors: unknown[] = [];
  readonly stop: () => void;

  constructor(of: readonly string[] = selectors) {
    this.stop = store.watch(of, {
      onSnapshot: (snapshot) => this.snapshots.push(snapshot),
      onError: (error) => this.errors.push(error),
    });
  }

  /** The SPIFFE IDs of snapshot number `count`, once it is there. */
  async ids(count: number): Promise<string[] | undefined> {
    await expect.poll(() => this.snapshots.length).toBe(count);
    return this.snapshots.at(-1)?.svids.map(({ spiffeId }) => spiffeId);
  }
}

/** Lets what a tick has started come to its end. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 30));

describe('SvidStore', () => {
  it('shares what it holds between callers with the same selectors, and with no others', async () => {
    const first = new Watching();
    expect(await first.ids(1)).toEqual([a]);
    const second = new Watching();
    expect(second.snapshots).toEqual(first.snapshots);
    expect(second.snapshots[0]).toBe(first.snapshots[0]);
    const other = new Watching(['unix:uid:2000']);
    await other.ids(1);
    expect(other.snapshots[0]?.svids[0]?.x509SvidKey).not.toEqual(first.snapshots[0]?.svids[0]?.x509SvidKey);
  });

  it('renews all that are due in one batch and one push, with new keys', async () => {
    issuer.entitled = [a, b];
    const watching = new Watching();
    await watching.ids(1);
    clock.advance(TTL_MS * 0.44);
    store.tick();
    await settled();
    expect(issuer.batches).toEqual([[a, b]]);
    clock.advance(TTL_MS * 0.12);
    store.tick();
    expect(await watching.ids(2)).toEqual([a, b]);
    expect(issuer.batches).toEqual([
      [a, b],
      [a, b],
    ]);
    const keys = watching.snapshots.map(({ svids }) =>
      Buffer.from(svids[0]?.x509SvidKey ?? []).toString('hex'),
    );
    expect(new Set(keys).size).toBe(2);
  });

  it('asks for entitlements again when they have aged, and mints only what is new', async () => {
    const watching = new Watching();
    await watching.ids(1);
    const known = watching.snapshots[0]?.svids[0];
    issuer.entitled = [a, b];
    clock.advance(10_000);
    store.tick();
    expect(await watching.ids(2)).toEqual([a, b]);
    expect(issuer.batches).toEqual([[a], [b]]);
    expect(watching.snapshots[1]?.svids[0]).toBe(known);
  });

  it('tells a caller without entitlement so, and remembers it for a while', async () => {
    issuer.entitled = [];
    expect(await new Watching().ids(1)).toEqual([]);
    expect(await new Watching().ids(1)).toEqual([]);
    expect(issuer.asked).toBe(1);
    clock.advance(10_000);
    issuer.entitled = [a];
    expect(await new Watching().ids(1)).toEqual([a]);
  });

  it('retries with growing delays while the issuer is away, keeping what it has until it ends', async () => {
    const watching = new Watching();
    await watching.ids(1);
    issuer.isAway = true;
    const askedBefore = issuer.asked;
    for (let ms = 0; ms < TTL_MS * 0.9; ms += 200) {
      clock.advance(200);
      store.tick();
      await Promise.resolve().then(() => {});
    }
    await settled();
    expect(watching.snapshots).toHaveLength(1);
    const attempts = issuer.asked - askedBefore;
    expect(attempts).toBeGreaterThan(5);
    expect(attempts).toBeLessThan(25);
    clock.advance(TTL_MS * 0.1);
    store.tick();
    expect(await watching.ids(2)).toEqual([]);
    expect(watching.errors).toEqual([]);
    issuer.isAway = false;
    clock.advance(30_000);
    store.tick();
    expect(await watching.ids(3)).toEqual([a]);
  });

  it('fails callers at once while it waits to ask again', async () => {
    issuer.isAway = true;
    const first = new Watching();
    await expect.poll(() => first.errors).toHaveLength(1);
    const second = new Watching();
    expect(second.errors).toEqual(first.errors);
    expect(issuer.asked).toBe(1);
  });

  it('pushes a new bundle with the same SVIDs, and no bundle that is older', async () => {
    const watching = new Watching();
    await watching.ids(1);
    bundles.offer(bundle(2, ['AAAA', 'BBBB']));
    expect(await watching.ids(2)).toEqual([a]);
    const der = watching.snapshots[1]?.bundles.get('spiffe://moltbook.test');
    expect(der).toEqual(Buffer.from('AAAABBBB', 'base64'));
    expect(watching.snapshots[1]?.svids[0]?.x509Svid).toBe(watching.snapshots[0]?.svids[0]?.x509Svid);
    bundles.offer(bundle(1, ['AAAA']));
    bundles.offer(bundle(3, ['AAAA', 'BBBB']));
    expect(watching.snapshots).toHaveLength(2);
  });

  it('replaces all that a tainted authority has signed, soon and in one batch, and nothing else', async () => {
    issuer.entitled = [a, b];
    const watching = new Watching();
    await watching.ids(1);
    const next = await createAuthority({ trustDomain: 'moltbook.test', ...lifetime });
    const tainted = issuer.rotateTo(next);
    bundles.offer(bundle(2, ['AAAA'], ['00ff']));
    clock.advance(1100);
    store.tick();
    await settled();
    expect(issuer.batches).toHaveLength(1);
    bundles.offer(bundle(3, ['AAAA'], ['00ff', tainted]));
    clock.advance(1100);
    store.tick();
    expect(await watching.ids(2)).toEqual([a, b]);
    expect(issuer.batches).toEqual([
      [a, b],
      [a, b],
    ]);
    const signers = watching.snapshots[1]?.svids.map(({ x509Svid }) => authorityKeyIdOf(x509Svid));
    expect(signers).toEqual([subjectKeyIdOf(next.certificate), subjectKeyIdOf(next.certificate)]);
  });

  it('keeps what an issuer has issued before it failed, and asks for the rest alone', async () => {
    issuer.entitled = Array.from({ length: 260 }, (_, index) => `${a}-${index}`);
    issuer.failsAfterBatches = 1;
    const watching = new Watching();
    const patience = { timeout: 30_000 };
    await expect.poll(() => watching.snapshots.at(-1)?.svids.length, patience).toBe(250);
    issuer.failsAfterBatches = Number.POSITIVE_INFINITY;
    clock.advance(20_000);
    store.tick();
    await expect.poll(() => watching.snapshots.at(-1)?.svids.length, patience).toBe(260);
    expect(issuer.batches.map(({ length }) => length)).toEqual([250, 10]);
  }, 60_000);

  it('does not ask at every tick an issuer that goes on signing by a tainted authority', async () => {
    const watching = new Watching();
    await watching.ids(1);
    const [svid] = watching.snapshots[0]?.svids ?? [];
    bundles.offer(bundle(2, ['AAAA'], [authorityKeyIdOf(svid?.x509Svid ?? new Uint8Array()) ?? '']));
    for (let ms = 0; ms < 5000; ms += 200) {
      clock.advance(200);
      store.tick();
      await settled();
    }
    expect(issuer.batches.length).toBeGreaterThan(1);
    expect(issuer.batches.length).toBeLessThan(6);
  });

  it('does not renew for nobody, and forgets what nobody has wanted for half a minute', async () => {
    const watching = new Watching();
    await watching.ids(1);
    watching.stop();
    clock.advance(29_000);
    store.tick();
    expect(await new Watching().ids(1)).toEqual([a]);
    expect(issuer.batches).toHaveLength(1);
    const again = new Watching(['unix:uid:2000']);
    await again.ids(1);
    again.stop();
    clock.advance(31_000);
    store.tick();
    await new Watching(['unix:uid:2000']).ids(1);
    expect(issuer.batches.length).toBeGreaterThanOrEqual(3);
  });
});

describe('by clocks that are wrong', () => {
  const HOUR_MS = 3_600_000;
  /** Passes the time in ticks, and lets what each has started come to its end. */
  const pass = async (ms: number) => {
    for (let passedMs = 0; passedMs < ms; passedMs += 200) {
      clock.advance(200);
      store.tick();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await settled();
  };
  const differ = { code: 'sidecar.clocks-differ', category: 'unavailable' };

  it('renews once, and at once, when ours was set back by an hour', async () => {
    const watching = new Watching();
    await watching.ids(1);
    clock.advance(-HOUR_MS);
    store.tick();
    expect(await watching.ids(2)).toEqual([a]);
    await pass(10_000);
    expect(issuer.batches).toHaveLength(2);
  });

  it('holds what it has for one more life at most when ours was set back and the issuer is away', async () => {
    const watching = new Watching();
    await watching.ids(1);
    issuer.isAway = true;
    clock.advance(-HOUR_MS);
    await pass(TTL_MS * 0.9);
    expect(watching.snapshots).toHaveLength(1);
    await pass(TTL_MS * 0.2);
    expect(await watching.ids(2)).toEqual([]);
  });

  it('does not wait for an hour when ours was set back while the issuer was away', async () => {
    const watching = new Watching();
    await watching.ids(1);
    issuer.isAway = true;
    await pass(TTL_MS * 0.7);
    clock.advance(-HOUR_MS);
    issuer.isAway = false;
    store.tick();
    expect(await watching.ids(2)).toEqual([a]);
  });

  it('withdraws what has ended by ours that was set forward, and gives nothing for it that is over', async () => {
    const watching = new Watching();
    await watching.ids(1);
    clock.advance(HOUR_MS);
    issuer.aheadMs = -HOUR_MS;
    store.tick();
    expect(await watching.ids(2)).toEqual([]);
    await pass(5000);
    const late = new Watching();
    await expect.poll(() => late.errors).toMatchObject([differ]);
    expect(late.snapshots).toEqual([]);
    clock.advance(-HOUR_MS);
    issuer.aheadMs = 0;
    await pass(400);
    expect(await watching.ids(3)).toEqual([a]);
  });

  it('asks at a growing distance an issuer whose clock is behind by more than a lifetime', async () => {
    issuer.aheadMs = -HOUR_MS;
    const watching = new Watching();
    await expect.poll(() => watching.errors).toMatchObject([differ]);
    await pass(60_000);
    expect(watching.snapshots).toEqual([]);
    expect(issuer.batches.length).toBeGreaterThan(5);
    expect(issuer.batches.length).toBeLessThan(20);
  });

  it('asks twice a second at most where next to nothing is left of a lifetime', async () => {
    clock.advance(700);
    issuer.aheadMs = 300 - TTL_MS;
    const watching = new Watching();
    await watching.ids(1);
    await pass(10_000);
    expect(issuer.batches.length).toBeLessThan(25);
  });

  it('keeps an SVID until it ends rather than take one that is not valid yet', async () => {
    const watching = new Watching();
    await watching.ids(1);
    issuer.aheadMs = HOUR_MS;
    await pass(TTL_MS * 0.9);
    expect(watching.snapshots).toHaveLength(1);
    await pass(TTL_MS * 0.2);
    expect(await watching.ids(2)).toEqual([]);
  });

  it('holds none for longer than its life, though its end is later by an issuer that is ahead', async () => {
    issuer.aheadMs = 50_000;
    await new Watching().ids(1);
    expect(store.endsMs()).toEqual([clock.now().getTime() + TTL_MS]);
  });

  it('asks no more often after the last SVID has ended in an outage', async () => {
    const watching = new Watching();
    await watching.ids(1);
    issuer.isAway = true;
    await pass(TTL_MS * 1.1);
    expect(await watching.ids(2)).toEqual([]);
    const before = issuer.asked;
    await pass(60_000);
    expect(issuer.asked - before).toBeLessThan(25);
  });
});
