import { status } from '@grpc/grpc-js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBundleSource } from '../src/source/bundle-source.ts';
import { createJwtSource } from '../src/source/jwt-source.ts';
import { createX509Source } from '../src/source/x509-source.ts';
import { ScriptedWorkloadApi, x509State } from './scripted-workload-api.ts';
import { TestTrustDomain } from './test-trust-domain.ts';

let here: TestTrustDomain;
let api: ScriptedWorkloadApi;
let now: Date;
const clock = { now: () => now };

beforeAll(async () => {
  here = await TestTrustDomain.create('here.test');
});

beforeEach(async () => {
  api = await ScriptedWorkloadApi.start();
  now = new Date();
});

afterEach(() => api.stop());

async function serveTokens(audience = 'x') {
  const message = { spiffeId: `${here.id}/a`, svid: await here.jwtSvid('/a', [audience]) };
  api.script('FetchJWTSVID', { state: { svids: [message] } });
}

async function serveJwtBundles() {
  const jwks = await here.jwks('jwt-svid');
  api.script('FetchJWTBundles', { state: { bundles: { [here.id]: Buffer.from(jwks) } } });
}

describe('createX509Source', () => {
  it('gives up when no first update comes in time, and says why there was none', async () => {
    const opening = createX509Source({ socketPath: api.socketPath, timeoutMs: 300 });
    await expect(opening).rejects.toMatchObject({
      code: 'x509-source.timeout',
      cause: { code: 'workload-api.permission-denied' },
    });
    const before = api.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(api.calls.length).toBe(before);
  });

  it('gives up at once when trying is in vain', async () => {
    for (const refuse of [status.INVALID_ARGUMENT, status.UNIMPLEMENTED]) {
      api.script('FetchX509SVID', { refuse });
      await expect(createX509Source({ socketPath: api.socketPath })).rejects.toHaveProperty('code');
    }
  });

  it('has the newest SVIDs: the default one, by SPIFFE ID, and by hint', async () => {
    const [a, b] = [await here.x509Svid('/a'), await here.x509Svid('/b')];
    api.script('FetchX509SVID', { state: x509State(here, [a, b]) });
    await using source = await createX509Source({ socketPath: api.socketPath });
    expect(`${source.svid().spiffeId}`).toBe('spiffe://here.test/a');
    expect(`${source.svid('spiffe://here.test/b').spiffeId}`).toBe('spiffe://here.test/b');
    expect(() => source.svidWithHint('x')).toThrow(
      expect.objectContaining({ code: 'x509-source.svid-not-held' }),
    );
    let updates = 0;
    source.onUpdate(() => updates++);
    api.script('FetchX509SVID', { state: x509State(here, [b, a]) });
    await expect.poll(() => updates).toBe(1);
    expect(`${source.svid().spiffeId}`).toBe('spiffe://here.test/b');
  });

  it('goes on with what it has while the Workload API is away', async () => {
    api.script('FetchX509SVID', { state: x509State(here, [await here.x509Svid('/a')]) });
    const errors: string[] = [];
    await using source = await createX509Source({
      socketPath: api.socketPath,
      onError: ({ code }) => errors.push(code),
    });
    api.stop();
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    expect(errors[0]).toBe('workload-api.unavailable');
    expect(`${source.svid().spiffeId}`).toBe('spiffe://here.test/a');
  });

  it('holds no SVID any more once it is told that it may have none', async () => {
    api.script('FetchX509SVID', { state: x509State(here, [await here.x509Svid('/a')]) });
    await using source = await createX509Source({ socketPath: api.socketPath });
    api.script('FetchX509SVID', { refuse: status.PERMISSION_DENIED });
    await expect.poll(() => source.svids()).toEqual([]);
    expect(source.bundles().get('here.test')).toBeDefined();
  });
});

describe('createJwtSource', () => {
  beforeEach(serveJwtBundles);
  const open = () => createJwtSource({ socketPath: api.socketPath, clock });
  const asked = () => api.callsOf('FetchJWTSVID').length;

  it('asks for another token when the clock was set back: how old one is nobody can tell then', async () => {
    await serveTokens();
    await using source = await open();
    const first = await source.svid({ audience: 'x' });
    now = new Date(now.getTime() - 30_000);
    await serveTokens();
    expect(await source.svid({ audience: 'x' })).not.toBe(first);
  });

  it('keeps a token until half of its life is over; then it asks for a new one', async () => {
    await serveTokens();
    await using source = await open();
    const first = await source.svid({ audience: 'x' });
    now = new Date(now.getTime() + 140_000);
    expect(await source.svid({ audience: ['x'] })).toBe(first);
    now = new Date(now.getTime() + 20_000);
    await serveTokens();
    expect(await source.svid({ audience: 'x' })).not.toBe(first);
    expect(asked()).toBe(2);
  });

  it('shows no token whose key is gone from the bundle, and keeps one whose key is still there', async () => {
    await serveTokens();
    await using source = await open();
    const updated = () => new Promise<void>((resolve) => source.onUpdate(resolve));
    const first = await source.svid({ audience: 'x' });
    const other = await TestTrustDomain.create('here.test');
    const keys = await Promise.all(
      [here, other].map(async (one) => JSON.parse(await one.jwks('jwt-svid')).keys),
    );
    const serve = (jwks: object[]) => {
      const bundles = { [here.id]: Buffer.from(JSON.stringify({ keys: jwks })) };
      api.script('FetchJWTBundles', { state: { bundles } });
    };
    let update = updated();
    serve(keys.flat());
    await update;
    expect(await source.svid({ audience: 'x' })).toBe(first);
    update = updated();
    serve(keys[1]);
    await update;
    await source.svid({ audience: 'x' });
    expect(asked()).toBe(2);
  });

  it('has one request for those who ask at once, and one for each audience', async () => {
    await serveTokens();
    await using source = await open();
    await Promise.all([source.svid({ audience: 'x' }), source.svid({ audience: 'x' })]);
    expect(asked()).toBe(1);
    await serveTokens('y');
    await source.svid({ audience: 'y' });
    expect(asked()).toBe(2);
  });

  it('shows the old token while no new one can be had and it still lives, and never after', async () => {
    await serveTokens();
    await using source = await open();
    const first = await source.svid({ audience: 'x' });
    api.script('FetchJWTSVID', { refuse: status.UNAVAILABLE });
    now = new Date(now.getTime() + 200_000);
    expect(await source.svid({ audience: 'x' })).toBe(first);
    now = new Date(now.getTime() + 200_000);
    await expect(source.svid({ audience: 'x' })).rejects.toMatchObject({ code: 'workload-api.unavailable' });
  });

  it('shows no token any more once it is told that it may have none', async () => {
    await serveTokens();
    await using source = await open();
    await source.svid({ audience: 'x' });
    api.script('FetchJWTSVID', { refuse: status.PERMISSION_DENIED });
    now = new Date(now.getTime() + 200_000);
    const denied = { code: 'workload-api.permission-denied' };
    await expect(source.svid({ audience: 'x' })).rejects.toMatchObject(denied);
    api.script('FetchJWTSVID', { refuse: status.UNAVAILABLE });
    await expect(source.svid({ audience: 'x' })).rejects.toMatchObject({ code: 'workload-api.unavailable' });
  });

  it('verifies by the newest bundles', async () => {
    await using source = await open();
    const token = await here.jwtSvid('/a', ['x']);
    expect(await source.verify(token, 'x')).toMatchObject({ token });
    api.script('FetchJWTBundles', { state: { bundles: {} } });
    await expect.poll(() => source.bundles().bundles).toEqual([]);
    await expect(source.verify(token, 'x')).rejects.toMatchObject({ code: 'jwt-svid.trust-domain-unknown' });
  });
});

describe('createBundleSource', () => {
  it('has the newest bundles of both kinds', async () => {
    await serveJwtBundles();
    api.script('FetchX509Bundles', { state: { bundles: { [here.id]: here.authority } } });
    await using source = await createBundleSource({ socketPath: api.socketPath });
    expect(source.x509Bundles().get('here.test')?.authorities).toHaveLength(1);
    let updates = 0;
    source.onUpdate(() => updates++);
    api.script('FetchJWTBundles', { state: { bundles: {} } });
    await expect.poll(() => updates).toBe(1);
    expect(source.jwtBundles().get('here.test')).toBeUndefined();
  });

  it('leaves no watch behind when one of the two can not be opened', async () => {
    api.script('FetchX509Bundles', { state: { bundles: {} } });
    api.script('FetchJWTBundles', { refuse: status.UNIMPLEMENTED });
    await expect(createBundleSource({ socketPath: api.socketPath })).rejects.toMatchObject({
      code: 'workload-api.unimplemented',
    });
    const before = api.calls.length;
    api.stop();
    await api.listen();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(api.calls.length).toBe(before);
  });
});
