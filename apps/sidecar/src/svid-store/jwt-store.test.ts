import { createRandom } from '@blastradius/kernel';
import { parseJwtSvidInsecure } from '@blastradius/spiffe';
import { type FakeClock, fakeClock } from '@blastradius/testkit';
import type { TokenBundles } from '@blastradius/workload-api';
import { beforeEach, describe, expect, it } from 'vitest';
import { isOutage } from '../rotation/is-outage.ts';
import { RetryPause } from '../rotation/retry-pause.ts';
import { Entitlements } from './entitlements.ts';
import { JwtStore } from './jwt-store.ts';
import {
  bundleDocument,
  idOf,
  LocalTokenIssuer,
  newTokenAuthority,
  SELECTORS,
  TOKEN_TTL_MS,
} from './local-token-issuer.fixture.ts';
import { TrustBundles } from './trust-bundles.ts';

let clock: FakeClock;
let issuer: LocalTokenIssuer;
let bundles: TrustBundles;
let store: JwtStore;

beforeEach(async () => {
  clock = fakeClock();
  issuer = new LocalTokenIssuer(await newTokenAuthority(clock), clock);
  bundles = new TrustBundles(bundleDocument());
  const random = createRandom('jwt');
  const pause = () => new RetryPause({ clock, random, isOutage });
  const entitlements = new Entitlements({ issuer, clock, pause: pause() });
  const logger = { debug: () => {}, info: () => {}, warn: () => {} };
  store = new JwtStore({ issuer, entitlements, bundles, pause: pause(), clock, random, logger });
});

const fetch = (audience: string[] = ['network'], spiffeId?: string, selectors = SELECTORS) =>
  store.fetchJwtSvids(selectors, { audience, spiffeId });
const tokens = async (...args: Parameters<typeof fetch>) => (await fetch(...args)).map(({ svid }) => svid);

describe('JwtStore', () => {
  it('mints one token for each identity, for the audience that was asked for, in one request', async () => {
    const svids = await fetch(['network', 'other']);
    expect(svids.map(({ spiffeId, hint }) => [spiffeId, hint])).toEqual([
      [idOf('a'), 'a'],
      [idOf('b'), 'b'],
    ]);
    expect(issuer.batches).toEqual([[idOf('a'), idOf('b')]]);
    const parsed = parseJwtSvidInsecure(svids[0]?.svid ?? '', ['other'], clock.now());
    expect([parsed.spiffeId.toString(), parsed.audience]).toEqual([idOf('a'), ['network', 'other']]);
  });

  it('hands a token out again until half of its life, a tenth to either side, and then asks anew', async () => {
    const first = await tokens();
    clock.advance(TOKEN_TTL_MS * 0.44);
    expect(await tokens()).toEqual(first);
    expect(issuer.batches).toHaveLength(1);
    clock.advance(TOKEN_TTL_MS * 0.12);
    expect(await tokens()).not.toEqual(first);
    expect(issuer.batches).toHaveLength(2);
  });

  it('keeps a token for one audience as a set, and another for every other one', async () => {
    const first = await tokens(['x', 'y']);
    expect(await tokens(['y', 'x', 'y'])).toEqual(first);
    expect(await tokens(['x'])).not.toEqual(first);
    expect(await tokens(['xy'])).not.toEqual(first);
    expect(issuer.batches).toHaveLength(3);
  });

  it('gives what was minted for some callers to no others', async () => {
    const first = await tokens();
    expect(await tokens(['network'], undefined, ['unix:uid:2000'])).not.toEqual(first);
  });

  it('has one request under way for the same token, however many ask', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => tokens(['network'], idOf('a'))));
    expect(new Set(all.flat()).size).toBe(1);
    expect(issuer.batches).toEqual([[idOf('a')]]);
    expect(issuer.asked).toBe(1);
  });

  it('gives nothing for an identity that the callers may not have, and leaves out what is refused', async () => {
    expect(await fetch(['network'], idOf('z'))).toEqual([]);
    issuer.refused = [idOf('b')];
    expect((await fetch()).map(({ spiffeId }) => spiffeId)).toEqual([idOf('a')]);
  });

  it('throws a token away when its identity is withdrawn, even if it comes back', async () => {
    const first = await tokens(['network'], idOf('a'));
    issuer.entitled = [idOf('b')];
    clock.advance(10_000);
    expect(await tokens(['network'], idOf('a'))).toEqual([]);
    issuer.entitled = [idOf('a'), idOf('b')];
    clock.advance(10_000);
    const again = await tokens(['network'], idOf('a'));
    expect(again).toHaveLength(1);
    expect(again).not.toEqual(first);
  });

  it('throws away what a tainted key has signed, and nothing else', async () => {
    const first = await tokens();
    bundles.offer(bundleDocument({ sequence: 2, taintedAuthorityKeyIds: ['00ff'] }));
    expect(await tokens()).toEqual(first);
    const tainted = issuer.authority.keyId;
    issuer.authority = await newTokenAuthority(clock);
    bundles.offer(bundleDocument({ sequence: 3, taintedAuthorityKeyIds: ['00ff', tainted] }));
    const second = await tokens();
    expect(second).toHaveLength(2);
    expect(second).not.toEqual(first);
  });

  it('does not trust a clock that was set back with the age of a token', async () => {
    const first = await tokens();
    clock.advance(-3_600_000);
    expect(await tokens()).not.toEqual(first);
    issuer.isAway = true;
    clock.advance(-3_600_000);
    store.tick();
    await expect(fetch()).rejects.toMatchObject({ code: 'issuer.unavailable' });
  });
});

describe('by the clock of an issuer that is wrong', () => {
  const differ = { code: 'sidecar.clocks-differ', category: 'unavailable' };

  it.each([-3_600_000, 3_600_000])('gives no token that is of no use by ours (%i ms)', async (aheadMs) => {
    issuer.aheadMs = aheadMs;
    await expect(fetch()).rejects.toMatchObject(differ);
    issuer.aheadMs = 0;
    clock.advance(200);
    expect(await fetch()).toHaveLength(2);
  });

  it('asks it at a growing distance, however often workloads ask', async () => {
    issuer.aheadMs = -3_600_000;
    for (let ms = 0; ms < 60_000; ms += 20) {
      await fetch([`audience-${ms}`]).catch(() => {});
      clock.advance(20);
    }
    expect(issuer.batches.length).toBeLessThan(20);
  });

  it('hands a token out for half of its own life, though its end is later', async () => {
    issuer.aheadMs = 50_000;
    const first = await tokens();
    clock.advance(TOKEN_TTL_MS * 0.44);
    expect(await tokens()).toEqual(first);
    clock.advance(TOKEN_TTL_MS * 0.12);
    expect(await tokens()).not.toEqual(first);
  });
});

describe('while the issuer is away', () => {
  it('gives a token until it ends, and then the failure', async () => {
    const first = await tokens();
    issuer.isAway = true;
    clock.advance(TOKEN_TTL_MS * 0.9);
    expect(await tokens()).toEqual(first);
    clock.advance(TOKEN_TTL_MS * 0.1);
    store.tick();
    await expect(fetch()).rejects.toMatchObject({ code: 'issuer.unavailable', category: 'unavailable' });
  });

  it('asks it at a growing distance, however often and for whatever workloads ask', async () => {
    issuer.isAway = true;
    const times: number[] = [];
    let failed = 0;
    for (let ms = 0; ms < 60_000; ms += 20) {
      const before = issuer.asked;
      await fetch([`audience-${ms}`]).catch(() => failed++);
      if (issuer.asked > before) times.push(ms);
      clock.advance(20);
    }
    expect(failed).toBe(3000);
    expect(times.length).toBeLessThan(60);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...gaps.slice(5))).toBeGreaterThanOrEqual(1000);
    issuer.isAway = false;
    clock.advance(10_000);
    expect(await fetch()).toHaveLength(2);
  });
});

describe('bundles', () => {
  const watch = () => {
    const seen: TokenBundles[] = [];
    const errors: unknown[] = [];
    const onBundles = (next: TokenBundles) => void seen.push(next);
    const stop = store.watchJwtBundles(SELECTORS, { onBundles, onError: (error) => errors.push(error) });
    return { seen, errors, stop };
  };
  const jwk = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'aa' } as const;
  const foreign = JSON.stringify({ keys: [], spiffe_sequence: 1 });

  it('hold the own keys, and those of the trust domains that an identity federates with', async () => {
    issuer.federatesWith = ['friend.test', 'unknown.test'];
    const federatedBundles = { 'friend.test': foreign, 'stranger.test': foreign };
    bundles.offer(bundleDocument({ sequence: 2, jwtAuthorities: [jwk], federatedBundles }));
    const { seen } = watch();
    await expect.poll(() => seen).toHaveLength(1);
    expect(Object.fromEntries(seen[0] ?? [])).toEqual({
      'spiffe://moltbook.test': JSON.stringify({
        keys: [{ kty: 'EC', kid: 'aa', crv: 'P-256', x: 'x', y: 'y' }],
      }),
      'spiffe://friend.test': '{"keys":[]}',
    });
  });

  it('change when a key does, when an identity is withdrawn, and not otherwise', async () => {
    const { seen } = watch();
    await expect.poll(() => seen).toHaveLength(1);
    bundles.offer(bundleDocument({ sequence: 2 }));
    expect(seen).toHaveLength(1);
    bundles.offer(bundleDocument({ sequence: 3, jwtAuthorities: [jwk] }));
    expect(seen).toHaveLength(2);
    issuer.entitled = [];
    clock.advance(10_000);
    store.tick();
    await expect.poll(() => seen.at(-1)?.size).toBe(0);
  });

  it('stay while the issuer is away, and cannot be had by who comes first then', async () => {
    const { seen, errors } = watch();
    await expect.poll(() => seen).toHaveLength(1);
    issuer.isAway = true;
    clock.advance(60_000);
    store.tick();
    const late = watch();
    await expect.poll(() => late.seen).toHaveLength(1);
    expect(errors).toEqual([]);
    const onError = (error: unknown) => errors.push(error);
    store.watchJwtBundles(['unix:uid:2000'], { onBundles: () => {}, onError });
    await expect.poll(() => errors).toMatchObject([{ code: 'issuer.unavailable' }]);
  });
});
