import { setTimeout as delay } from 'node:timers/promises';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DatabaseProxy, startDatabaseProxy } from './database-proxy.ts';
import { IssuanceLoad } from './issuance-load.ts';
import { IssuerProcess } from './issuer-process.ts';
import { agent, PolicyHistory, selectors, sharedEnvironment, violationsOf } from './trust-domain.ts';

/** Five seconds for an answer of the database, one until a batch is judged anew, and one for a busy machine. */
const staleMsMax = 7000;

let postgres: Postgres;
let databases = 0;
let near: IssuerProcess;
let far: IssuerProcess;
/** Between the far issuer and the database. */
let proxy: DatabaseProxy;
let admitted: Awaited<ReturnType<IssuerProcess['admit']>>;
let policies: PolicyHistory;
let load: IssuanceLoad;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());
beforeEach(async () => {
  databases += 1;
  const shared = await sharedEnvironment(postgres, `stale_${process.pid}_${databases}`);
  proxy = await startDatabaseProxy(shared['DATABASE_URL'] ?? '');
  near = await IssuerProcess.start('near', shared);
  far = await IssuerProcess.start('far', { ...shared, DATABASE_URL: proxy.url });
  policies = new PolicyHistory();
  await policies.replace(near, ['crab', 'shrimp']);
  admitted = await near.admit('range');
});
afterEach(async () => {
  proxy?.flow();
  await load?.stop();
  await Promise.all([near?.kill(), far?.kill()]);
  await proxy?.close();
});

const startLoad = (pauseMs: number) =>
  IssuanceLoad.start({
    issuers: [near, far],
    ...admitted,
    selectors,
    spiffeIds: [agent('crab'), agent('shrimp')],
    pauseMs,
  });

/** The last time that the withdrawn identity was issued, after its withdrawal was confirmed. */
function staleMs(issuer: IssuerProcess, withdrawnAtMs: number): number {
  const issued = issuer
    .records()
    .filter(({ event, spiffeId }) => event === 'svid-issued' && spiffeId === agent('shrimp'));
  return Math.max(0, ...issued.map(({ atMs }) => atMs - withdrawnAtMs));
}

async function withdrawShrimp(): Promise<number> {
  await policies.replace(near, ['crab']);
  return Date.now();
}

async function expectSound(): Promise<void> {
  await load.stop();
  expect(violationsOf({ load, issuers: [near, far], policies, staleMsMax })).toEqual([]);
}

const wellAgain = async (): Promise<number> => {
  proxy.flow();
  const flowsAtMs = Date.now();
  await expect.poll(() => load.msToWell('far', flowsAtMs), { timeout: 20_000 }).toBeLessThan(20_000);
  return load.msToWell('far', flowsAtMs);
};
const report = (what: string, figures: object) =>
  process.stdout.write(`${what}: ${JSON.stringify(figures)}\n`);

describe('an issuer whose connection to the database hangs', () => {
  it.each([
    { lateMs: 2000, counts: true },
    { lateMs: 8000, counts: false },
  ])(
    'issues by a policy that another has replaced for no longer than the bound ($lateMs ms late)',
    async ({ lateMs, counts }) => {
      load = await startLoad(20);
      await delay(500);
      proxy.delayAnswers('policy_revision', lateMs);
      await expect.poll(() => proxy.delayed(), { interval: 10 }).toBeGreaterThan(0);
      // The database has answered by the policies of before, and nobody but the proxy knows.
      const withdrawnAtMs = await withdrawShrimp();
      await delay(lateMs + 1000);
      const wellMs = await wellAgain();
      await load.stop();
      const stale = { near: staleMs(near, withdrawnAtMs), far: staleMs(far, withdrawnAtMs) };
      report(`answers ${lateMs} ms late`, { ...stale, wellMs });
      expect(stale.near).toBeLessThan(1000);
      // An answer in time counts, though it is old (control); one that comes too late does not.
      if (counts) expect(stale.far).toBeGreaterThan(500);
      else expect(stale.far).toBeLessThan(1000);
      await expectSound();
    },
  );

  it('is unavailable while nothing comes through, and is well by itself when it does', async () => {
    load = await startLoad(50);
    await delay(500);
    proxy.stall();
    const stalledAtMs = Date.now();
    const withdrawnAtMs = await withdrawShrimp();
    const refused = () => load.outcomes.find(({ became }) => became === 'unavailable');
    await expect.poll(refused, { timeout: 40_000 }).toBeDefined();
    expect(refused()?.issuer).toBe('far');
    const refusedMs = (refused()?.answeredAtMs ?? 0) - stalledAtMs;
    const wellMs = await wellAgain();
    report('stalled', { refusedMs, wellMs, staleMs: staleMs(far, withdrawnAtMs) });
    await expectSound();
  });
});
