import { status } from '@grpc/grpc-js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorkloadApiClient } from '../src/workload-api/workload-api-client.ts';
import type { X509Context } from '../src/workload-api/x509-context.ts';
import { ScriptedWorkloadApi, svidMessage, x509State } from './scripted-workload-api.ts';
import { TestTrustDomain } from './test-trust-domain.ts';

let here: TestTrustDomain;
let abroad: TestTrustDomain;
let api: ScriptedWorkloadApi;
let codes: string[];
let states: X509Context[];
let stop: () => void;

beforeAll(async () => {
  here = await TestTrustDomain.create('here.test');
  abroad = await TestTrustDomain.create('abroad.test');
});

beforeEach(async () => {
  api = await ScriptedWorkloadApi.start();
  codes = [];
  states = [];
  stop = () => {};
});

afterEach(() => {
  stop();
  api.stop();
});

const client = () => createWorkloadApiClient({ socketPath: api.socketPath, jitter: () => 0 });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function watch(options?: { readonly signal: AbortSignal }): void {
  stop = client().watchX509Context(
    { onUpdate: (state) => states.push(state), onError: (error) => codes.push(error.code) },
    options,
  );
}

const namesOf = (context: X509Context | undefined) => context?.svids.map(({ spiffeId }) => `${spiffeId}`);

describe('a watch', () => {
  it('carries the security header with each call', async () => {
    watch();
    await expect.poll(() => api.calls.length).toBeGreaterThan(1);
    expect(api.calls.map(({ header }) => header)).toEqual(api.calls.map(() => ['true']));
  });

  it('does not try again after InvalidArgument', async () => {
    api.script('FetchX509SVID', { refuse: status.INVALID_ARGUMENT });
    watch();
    await expect.poll(() => codes).toEqual(['workload-api.invalid-argument']);
    await pause(500);
    expect(api.calls).toHaveLength(1);
  });

  it('tries again after PermissionDenied, with growing delays', async () => {
    watch();
    await expect.poll(() => codes.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(4);
    expect(codes.every((code) => code === 'workload-api.permission-denied')).toBe(true);
    const before = api.calls.length;
    await pause(300);
    expect(api.calls.length).toBeLessThanOrEqual(before + 1);
  });

  it('comes back when the server ends the stream, or was gone for a while', async () => {
    api.script('FetchX509SVID', { endAfter: x509State(here, [await here.x509Svid('/a')]) });
    watch();
    await expect.poll(() => states.length, { timeout: 5000 }).toBeGreaterThan(1);
    api.stop();
    await expect.poll(() => codes.at(-1)).toBe('workload-api.unavailable');
    const before = states.length;
    await api.listen();
    await expect.poll(() => states.length, { timeout: 8000 }).toBeGreaterThan(before);
  });

  it('takes each state as the whole of it: what is absent has been withdrawn', async () => {
    const [a, b] = [await here.x509Svid('/a'), await here.x509Svid('/b')];
    api.script('FetchX509SVID', { state: x509State(here, [a, b], [abroad]) });
    watch();
    await expect.poll(() => namesOf(states.at(-1))).toEqual(['spiffe://here.test/a', 'spiffe://here.test/b']);
    expect(states.at(-1)?.bundles.get('abroad.test')?.authorities).toHaveLength(1);
    api.script('FetchX509SVID', { state: x509State(here, [b]) });
    await expect.poll(() => namesOf(states.at(-1))).toEqual(['spiffe://here.test/b']);
    expect(states.at(-1)?.bundles.get('abroad.test')).toBeUndefined();
  });

  it('discards a response that lacks a mandatory field, says so, and keeps its stream', async () => {
    const [a, b] = [await here.x509Svid('/a'), await here.x509Svid('/b')];
    api.script('FetchX509SVID', { state: x509State(here, [a]) });
    watch();
    await expect.poll(() => states.length).toBe(1);
    const whole = svidMessage(a, here.authority);
    const empty = Buffer.alloc(0);
    const lacking = [{ spiffeId: '' }, { x509Svid: empty }, { x509SvidKey: empty }, { bundle: empty }];
    for (const lack of lacking) api.script('FetchX509SVID', { state: { svids: [{ ...whole, ...lack }] } });
    api.script('FetchX509SVID', { state: { svids: [] } });
    api.script('FetchX509SVID', { state: x509State(here, [b]) });
    await expect.poll(() => namesOf(states.at(-1))).toEqual(['spiffe://here.test/b']);
    expect(states).toHaveLength(2);
    expect(codes).toEqual(Array(5).fill('workload-api.malformed-response'));
    expect(api.calls).toHaveLength(1);
  });

  it('believes the first of several SVIDs with one hint, and all that have none', async () => {
    const issued = await Promise.all(['/a', '/b', '/c', '/d'].map((path) => here.x509Svid(path)));
    const hints = ['x', 'x', '', ''];
    const svids = issued.map((one, i) => svidMessage(one, here.authority, hints[i]));
    api.script('FetchX509SVID', { state: { svids } });
    watch();
    await expect.poll(() => states.length).toBe(1);
    expect(namesOf(states[0])).toEqual(['/a', '/c', '/d'].map((path) => `spiffe://here.test${path}`));
  });

  it('is quiet once it has been stopped, or its signal has aborted', async () => {
    const abort = new AbortController();
    watch({ signal: abort.signal });
    await expect.poll(() => api.calls.length).toBeGreaterThan(0);
    abort.abort();
    await pause(50);
    const before = api.calls.length;
    await pause(500);
    expect(api.calls.length).toBe(before);
  });
});

describe('a fetch', () => {
  it('answers with the first state of each stream', async () => {
    const wit = await here.witSvid('/a');
    api.script('FetchX509SVID', { state: x509State(here, [await here.x509Svid('/a')]) });
    api.script('FetchX509Bundles', { state: { bundles: { [here.id]: here.authority } } });
    api.script('FetchJWTBundles', {
      state: { bundles: { [here.id]: Buffer.from(await here.jwks('jwt-svid')) } },
    });
    api.script('FetchWITSVID', {
      state: {
        svids: [
          { spiffeId: `${here.id}/a`, witSvid: wit.token, witSvidKey: JSON.stringify(wit.key), hint: 'w' },
        ],
      },
    });
    api.script('FetchWITBundles', { state: { bundles: { [here.id]: await here.jwks('wit-svid') } } });
    expect(namesOf(await client().fetchX509Context())).toEqual(['spiffe://here.test/a']);
    expect((await client().fetchX509Bundles()).get('here.test')?.authorities).toHaveLength(1);
    expect((await client().fetchJwtBundles()).get('here.test')?.authorities.size).toBe(1);
    expect((await client().fetchWitBundles()).get('here.test')?.authorities.size).toBe(1);
    expect(await client().fetchWitSvids()).toMatchObject([{ hint: 'w', privateKey: { type: 'private' } }]);
  });

  it('refuses a WIT-SVID that came with another key than it is bound to', async () => {
    const [wit, other] = [await here.witSvid('/a'), await here.witSvid('/a')];
    const message = { spiffeId: `${here.id}/a`, witSvid: wit.token, witSvidKey: JSON.stringify(other.key) };
    api.script('FetchWITSVID', { state: { svids: [message] } });
    await expect(client().fetchWitSvids()).rejects.toMatchObject({
      code: 'workload-api.malformed-response',
      cause: { code: 'svid.key-mismatch' },
    });
  });

  it('asks for a JWT-SVID of the audience and the identity, and reads what comes', async () => {
    const token = await here.jwtSvid('/a', ['x', 'y']);
    api.script('FetchJWTSVID', { state: { svids: [{ spiffeId: `${here.id}/a`, svid: token }] } });
    const svid = await client().fetchJwtSvid({ audience: ['x', 'y'], spiffeId: `${here.id}/a` });
    expect(svid).toMatchObject({ token, audience: ['x', 'y'] });
    expect(api.calls[0]?.request).toEqual({ audience: ['x', 'y'], spiffeId: `${here.id}/a` });
  });

  it('refuses a JWT-SVID for somebody else, or for another audience', async () => {
    const token = await here.jwtSvid('/a', ['x']);
    api.script('FetchJWTSVID', { state: { svids: [{ spiffeId: `${here.id}/b`, svid: token }] } });
    const malformed = { code: 'workload-api.malformed-response' };
    await expect(client().fetchJwtSvid({ audience: 'x' })).rejects.toMatchObject(malformed);
    api.script('FetchJWTSVID', { state: { svids: [{ spiffeId: `${here.id}/a`, svid: token }] } });
    await expect(client().fetchJwtSvid({ audience: 'y' })).rejects.toMatchObject(malformed);
    await expect(client().fetchJwtSvid({ audience: 'x' })).resolves.toMatchObject({ token });
  });

  it('lets the Workload API judge a token', async () => {
    const token = await here.jwtSvid('/a', ['x']);
    api.script('ValidateJWTSVID', { state: { spiffeId: `${here.id}/a` } });
    const svid = await client().validateJwtSvid({ token, audience: 'x' });
    expect(`${svid.spiffeId}`).toBe('spiffe://here.test/a');
    api.script('ValidateJWTSVID', { refuse: status.INVALID_ARGUMENT });
    await expect(client().validateJwtSvid({ token, audience: 'x' })).rejects.toMatchObject({
      code: 'workload-api.invalid-argument',
    });
  });

  it('asks once, and says why there was nothing', async () => {
    const reasons = [
      [status.PERMISSION_DENIED, 'workload-api.permission-denied'],
      [status.UNIMPLEMENTED, 'workload-api.unimplemented'],
      [status.INTERNAL, 'workload-api.unavailable'],
    ] as const;
    for (const [refuse, code] of reasons) {
      api.script('FetchX509SVID', { refuse });
      await expect(client().fetchX509Context()).rejects.toMatchObject({ code });
    }
    expect(api.calls).toHaveLength(reasons.length);
  });

  it('gives up after its time, and when its signal aborts', async () => {
    api.script('FetchX509Bundles', { state: { bundles: {} } });
    const silent = createWorkloadApiClient({ socketPath: api.socketPath });
    api.script('FetchX509SVID', { state: { svids: [] } });
    await expect(silent.fetchX509Context()).rejects.toMatchObject({
      code: 'workload-api.malformed-response',
    });
    const reason = new Error('enough');
    await expect(silent.fetchX509Bundles({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(silent.fetchX509Bundles({ timeoutMs: -1 })).rejects.toMatchObject({
      code: 'workload-api.deadline-exceeded',
    });
  });
});
