import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { refusals } from '../../packages/spiffe/test/scripted-workload-api.ts';
import { Bench, DEFAULT_ID, hex } from './bench/bench.ts';
import { runCases } from './catalogue/run-cases.ts';

/** How the client finds the Workload API, what it does when calls fail, and which responses it believes. */
const VALIDATION_MS = 5000;
const SOCKET_LATE_MS = 2000;
/** The catalogue's measure of a tight loop: more than 20 calls a second. */
const MEAN_WAIT_MS_MIN = 50;

const svidCalls = (bench: Bench) => bench.api.callsOf('FetchX509SVID');

runCases('EP', {
  'EP-1': async () => {
    await using bench = await Bench.start();
    expect(bench.harness.portOf('SPIFFE_HARNESS_VERSION')).toBe(1);
    expect(svidCalls(bench)).toHaveLength(1);
    expect((await bench.probe()).line).toMatch(/^spiffe:/);
  },
  'EP-2': async () => {
    await using bench = await Bench.start();
    await bench.acceptsToken(bench.key.token(bench.claims(DEFAULT_ID)), DEFAULT_ID);
    expect((await bench.fetchTokens(['conformance'])).http).toBe(200);
    const methods = new Set(bench.api.calls.map(({ method }) => method));
    expect([...methods].sort()).toEqual(['FetchJWTBundles', 'FetchJWTSVID', 'FetchX509SVID']);
    expect(bench.api.calls.filter(({ header }) => `${header}` !== 'true')).toEqual([]);
  },
  'EP-3': async () => {
    await using bench = await Bench.prepare();
    const port = await bench.api.listen('127.0.0.1:0');
    expect(await bench.launch(`tcp://127.0.0.1:${port}`)).toBe(true);
  },
  'EP-4/unix-authority': async () => {
    await using bench = await Bench.prepare();
    await bench.api.listen();
    expect(await bench.launch(`unix://localhost${bench.api.socketPath}`)).toBe(false);
    expect(bench.api.calls).toEqual([]);
    expect(await bench.launch()).toBe(true);
  },
  'EP-4/tcp-path': async () => {
    await using bench = await Bench.prepare();
    const endpoint = `tcp://127.0.0.1:${await bench.api.listen('127.0.0.1:0')}`;
    expect(await bench.launch(`${endpoint}/foo`)).toBe(false);
    expect(bench.api.calls).toEqual([]);
    expect(await bench.launch(endpoint)).toBe(true);
  },
  'EP-5': () => triesAgainAfter(refusals.unavailable),
  'EP-6': () => triesAgainAfter(refusals.permissionDenied),
  'EP-7': async () => {
    await using bench = await Bench.prepare();
    await bench.api.listen();
    const methods = ['FetchX509SVID', 'FetchJWTBundles'] as const;
    for (const method of methods) bench.api.refuseNext(method, refusals.invalidArgument, 1000);
    expect(await Promise.race([bench.launch(), sleep(VALIDATION_MS, 'not ready')])).not.toBe(true);
    expect(svidCalls(bench).length).toBeGreaterThan(0);
    for (const method of methods) expect(bench.api.callsOf(method).length).toBeLessThanOrEqual(2);
    for (const method of methods) bench.api.refuseNext(method, refusals.invalidArgument, 0);
    expect(await bench.launch()).toBe(true);
  },
  'EP-8': async () => {
    await using bench = await Bench.prepare();
    const ready = bench.launch();
    await sleep(SOCKET_LATE_MS);
    await bench.api.listen();
    expect(await ready).toBe(true);
  },
});

async function triesAgainAfter(refusal: (typeof refusals)[keyof typeof refusals]): Promise<void> {
  await using bench = await Bench.prepare();
  await bench.api.listen();
  bench.api.refuseNext('FetchX509SVID', refusal, 3);
  expect(await bench.launch()).toBe(true);
  const times = svidCalls(bench).map(({ at }) => at);
  expect(times).toHaveLength(4);
  expect(((times[3] ?? 0) - (times[0] ?? 0)) / 3).toBeGreaterThan(MEAN_WAIT_MS_MIN);
}

const discards = (blank: (response: ReturnType<Bench['responseOf']>) => object) => async () => {
  await using bench = await Bench.start();
  const [a, b, c] = [
    await bench.home.leaf('/a'),
    await bench.home.leaf('/b'),
    await bench.home.leaf('/blank'),
  ];
  await bench.serve({ svids: [a] });
  bench.api.script('FetchX509SVID', { state: blank(bench.responseOf({ svids: [c] })) });
  await bench.staysWith(a);
  await bench.serve({ svids: [b] });
};

const blanked = (field: object) =>
  discards((response) => ({ ...response, svids: response.svids.map((svid) => ({ ...svid, ...field })) }));

runCases('WA', {
  'WA-1': async () => {
    await using bench = await Bench.start();
    bench.api.cut('FetchX509SVID', refusals.unavailable);
    await expect.poll(() => svidCalls(bench).length, { timeout: 15_000 }).toBe(2);
    await bench.serve({ svids: [await bench.home.leaf('/b')] });
  },
  'WA-2/empty-svids': discards((response) => ({ ...response, svids: [] })),
  'WA-2/empty-spiffe-id': blanked({ spiffeId: '' }),
  'WA-2/empty-x509-svid': blanked({ x509Svid: Buffer.alloc(0) }),
  'WA-2/empty-key': blanked({ x509SvidKey: Buffer.alloc(0) }),
  'WA-2/empty-bundle': blanked({ bundle: Buffer.alloc(0) }),
  'WA-3': async () => {
    await using bench = await Bench.start();
    const [a, b] = [await bench.home.leaf('/a'), await bench.home.leaf('/b')];
    await bench.serve({ svids: [a, b] });
    await bench.serve({ svids: [b, a] });
    expect((await bench.probe()).leaf).toBe(hex(b.chain[0]));
  },
  'WA-4': async () => {
    await using bench = await Bench.start();
    expect((await bench.probe()).leaf).toBeDefined();
    bench.api.script('FetchX509SVID', { refuse: refusals.permissionDenied });
    await expect.poll(async () => (await bench.probe()).leaf, { timeout: 5000 }).toBeUndefined();
    await bench.serve();
  },
});
