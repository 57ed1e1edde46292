import { setTimeout as delay } from 'node:timers/promises';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SidecarClient } from '../sidecar-client.ts';
import { IssuanceLoad } from './issuance-load.ts';
import { IssuerProcess } from './issuer-process.ts';
import {
  agent,
  keySetViolationsAt,
  PolicyHistory,
  selectors,
  sharedEnvironment,
  violationsOf,
} from './trust-domain.ts';

const granted = ['crab', 'shrimp', 'krill'];
const spiffeIds = [...granted, 'thief'].map(agent);
/** Both ends of a measured time are of one clock; a request that is under way when a change is confirmed may end. */
const staleMsMax = 1000;

let postgres: Postgres;
let databases = 0;
let database: string;
let one: IssuerProcess;
let two: IssuerProcess;
let admitted: Awaited<ReturnType<IssuerProcess['admit']>>;
let policies: PolicyHistory;
let load: IssuanceLoad;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());
beforeEach(async () => {
  databases += 1;
  database = `faults_${process.pid}_${databases}`;
  const shared = await sharedEnvironment(postgres, database);
  one = await IssuerProcess.start('one', shared);
  two = await IssuerProcess.start('two', shared, 0);
  policies = new PolicyHistory();
  await policies.replace(one, granted);
  admitted = await one.admit('range');
  load = await IssuanceLoad.start({
    issuers: [one, two],
    ...admitted,
    selectors,
    spiffeIds,
    pauseMs: 50,
  });
  await delay(1000);
});
afterEach(async () => {
  await load?.stop();
  await Promise.all([one?.kill(), two?.kill()]);
});

/** What must hold after every fault, once all requests have ended. */
async function expectSound(): Promise<void> {
  await load.stop();
  expect([one.isAuditIntact, two.isAuditIntact]).toEqual([true, true]);
  expect(violationsOf({ load, issuers: [one, two], policies, staleMsMax })).toEqual([]);
  expect(
    await keySetViolationsAt({ postgres, database, issuers: [one, two], identity: admitted.identity }),
  ).toEqual([]);
  expect(becameOf((spiffeId) => spiffeId === agent('thief'), 'issuance.not-entitled')).toEqual([]);
  expect(becameOf((spiffeId) => spiffeId !== agent('thief'), 'issued')).toEqual([]);
  // The load did what it was for.
  expect(load.receipts.length).toBeGreaterThan(50);
}

/** What became of requests beside what is right and what is an outage. */
function becameOf(isOf: (spiffeId: string) => boolean, right: string): string[] {
  const became = load.outcomes.filter(({ spiffeId }) => isOf(spiffeId)).map((outcome) => outcome.became);
  return [...new Set(became)].filter((what) => what !== right && what !== 'unavailable');
}

const report = (what: string, figures: object) =>
  process.stdout.write(`${what}: ${JSON.stringify(figures)}\n`);

describe('two issuers on one database, under load', () => {
  it('lose nothing and give nothing away when one of them is killed in the middle of a batch', async () => {
    const requests = Array.from({ length: 5000 }, () => ({ spiffeId: agent('crab'), audience: ['batch'] }));
    const clients = Array.from(
      { length: 4 },
      () => new SidecarClient(one.url, admitted.authorities, admitted.identity),
    );
    const batches = clients.map((client) =>
      client.post('/v1/jwt-svids', { selectors, requests }).then(
        ({ status }) => status,
        () => 'lost',
      ),
    );
    await delay(250);
    await one.kill();
    expect(await Promise.all(batches)).toContain('lost');
    for (const client of clients) client.close();
    await delay(1000);
    const startedAtMs = Date.now();
    await one.startAgain();
    const backAtMs = Date.now();
    await expect.poll(() => load.msToWell('one', backAtMs), { timeout: 20_000 }).toBeLessThan(20_000);
    report('killed issuer', { startMs: backAtMs - startedAtMs, msToWell: load.msToWell('one', backAtMs) });
    const atTwo = load.outcomes.filter(({ issuer }) => issuer === 'two');
    expect(atTwo.filter(({ became }) => became === 'unavailable')).toEqual([]);
    await expectSound();
  });

  it('wait for a database that is away for seconds, and are well by themselves when it is back', async () => {
    await postgres.kill();
    await delay(4000);
    await postgres.startAgain();
    const backAtMs = Date.now();
    await expect
      .poll(() => Math.max(load.msToWell('one', backAtMs), load.msToWell('two', backAtMs)), {
        timeout: 20_000,
      })
      .toBeLessThan(20_000);
    report('database back', { one: load.msToWell('one', backAtMs), two: load.msToWell('two', backAtMs) });
    await expectSound();
  });

  it('have one current key of each kind, the same everywhere, when the database is killed in the middle of a rotation', async () => {
    const rotation = one.order('POST', '/admin/authority/rotate', { step: 'forced', publishSeconds: 2 });
    const other = two.order('POST', '/admin/authority/rotate', { step: 'prepare' });
    await delay(300);
    await postgres.kill();
    await Promise.allSettled([other]);
    await postgres.startAgain();
    const backAtMs = Date.now();
    await Promise.allSettled([rotation]);
    await expect
      .poll(() => Math.max(load.msToWell('one', backAtMs), load.msToWell('two', backAtMs)), {
        timeout: 20_000,
      })
      .toBeLessThan(20_000);
    // Whatever became of it: an order that comes now is carried out.
    const again = await two.order('POST', '/admin/authority/rotate', { step: 'forced', publishSeconds: 0 });
    expect(again.status).toBe(200);
    report('database killed in a rotation', { msToWell: load.msToWell('one', backAtMs) });
    await expectSound();
  });

  it('go on by the one whose clock is right when that of the other goes wrong by an hour, and both when it is right again', async () => {
    const wellMs: number[] = [];
    for (const aheadMs of [3_600_000, -3_600_000]) {
      two.setClock(aheadMs);
      const wrongAtMs = Date.now();
      await delay(2000);
      two.setClock(0);
      const rightAtMs = Date.now();
      await expect.poll(() => load.msToWell('two', rightAtMs), { timeout: 20_000 }).toBeLessThan(20_000);
      wellMs.push(load.msToWell('two', rightAtMs));
      const meanwhile = load.outcomes.filter(
        (one) => one.askedAtMs > wrongAtMs + 100 && one.answeredAtMs < rightAtMs,
      );
      const becameAt = (name: string) =>
        meanwhile.filter(({ issuer }) => issuer === name).map((one) => one.became);
      expect(new Set(becameAt('two'))).toEqual(new Set(['unavailable']));
      expect(new Set(becameAt('one'))).toEqual(new Set(['issued', 'issuance.not-entitled']));
    }
    report('clock right again', { wellMs });
    await expectSound();
  });
});
