import { createPrivateKey, createPublicKey } from 'node:crypto';
import { createRandom } from '@blastradius/kernel';
import { parseWitSvidInsecure, verifyWitSvid, WitBundleSet, type WitSvidMessage } from '@blastradius/spiffe';
import { type FakeClock, fakeClock } from '@blastradius/testkit';
import { beforeEach, expect, it } from 'vitest';
import { RetryPause } from '../rotation/retry-pause.ts';
import { Turns } from '../rotation/turns.ts';
import { Entitlements } from './entitlements.ts';
import {
  bundleDocument,
  idOf,
  LocalTokenIssuer,
  newTokenAuthority,
  SELECTORS,
  TOKEN_TTL_MS,
} from './local-token-issuer.fixture.ts';
import { TrustBundles } from './trust-bundles.ts';
import { WitStore } from './wit-store.ts';

let clock: FakeClock;
let issuer: LocalTokenIssuer;
let bundles: TrustBundles;
let store: WitStore;
let seen: (readonly WitSvidMessage[])[];

beforeEach(async () => {
  clock = fakeClock();
  issuer = new LocalTokenIssuer(await newTokenAuthority(clock), clock);
  bundles = new TrustBundles(bundleDocument());
  const random = createRandom('wit');
  const pause = new RetryPause({ clock, random, isOutage: () => true });
  const entitlements = new Entitlements({ issuer, clock, pause });
  const logger = { debug: () => {}, info: () => {}, warn: () => {} };
  store = new WitStore({ issuer, entitlements, bundles, clock, random, logger, turns: new Turns(1) });
  seen = [];
  store.watchWitSvids(SELECTORS, { onSvids: (svids) => seen.push(svids), onError: () => {} });
  await expect.poll(() => seen).toHaveLength(1);
});

it('gives each identity a token that verifies, and the private half of the key that it names', async () => {
  const [svid] = seen[0] ?? [];
  expect(svid).toMatchObject({ spiffeId: idOf('a'), hint: 'a' });
  const authorities = new Map([[issuer.authority.keyId, issuer.authority.publicKey]]);
  const set = new WitBundleSet([{ trustDomain: 'moltbook.test', authorities }]);
  const verified = await verifyWitSvid(svid?.witSvid ?? '', { bundles: set, now: clock.now() });
  const privateJwk = JSON.parse(svid?.witSvidKey ?? '');
  const own = createPublicKey(createPrivateKey({ key: privateJwk, format: 'jwk' })).export({ format: 'jwk' });
  const { x, y, alg } = verified.confirmationKey;
  expect({ x, y, alg }).toEqual({ x: own.x, y: own.y, alg: privateJwk.alg });
});

it('renews all that are due in one batch and one push, with new keys', async () => {
  clock.advance(TOKEN_TTL_MS * 0.44);
  store.tick();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(issuer.batches).toHaveLength(1);
  clock.advance(TOKEN_TTL_MS * 0.12);
  store.tick();
  await expect.poll(() => seen).toHaveLength(2);
  expect(issuer.batches).toEqual([
    [idOf('a'), idOf('b')],
    [idOf('a'), idOf('b')],
  ]);
  const keys = seen.flat().map(({ witSvid }) => parseWitSvidInsecure(witSvid, clock.now()).confirmationKey.x);
  expect(new Set(keys).size).toBe(4);
});

it('replaces what a tainted key has signed', async () => {
  const tainted = issuer.authority.keyId;
  issuer.authority = await newTokenAuthority(clock);
  bundles.offer(bundleDocument({ sequence: 2, taintedAuthorityKeyIds: [tainted] }));
  clock.advance(1100);
  store.tick();
  await expect.poll(() => seen).toHaveLength(2);
});

it('keeps a token until it ends while the issuer is away, and withdraws it then', async () => {
  issuer.isAway = true;
  for (let ms = 0; ms < TOKEN_TTL_MS * 0.9; ms += 1000) {
    clock.advance(1000);
    store.tick();
  }
  expect(seen).toHaveLength(1);
  clock.advance(TOKEN_TTL_MS * 0.1);
  store.tick();
  await expect.poll(() => seen.at(-1)).toEqual([]);
});

it('holds back a token that is bound to another key than the one it was asked for', async () => {
  const mint = issuer.mintWitSvids.bind(issuer);
  issuer.mintWitSvids = async (selectors, requests) => {
    const results = await mint(selectors, requests);
    // The second key's token, in the name of the first identity.
    return [results[1], results[1]].flatMap((result) => result ?? []);
  };
  clock.advance(TOKEN_TTL_MS * 0.56);
  store.tick();
  await expect.poll(() => seen.at(-1)?.map(({ spiffeId }) => spiffeId)).toEqual([idOf('b')]);
});
