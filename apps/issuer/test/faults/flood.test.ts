import { setTimeout as delay } from 'node:timers/promises';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { csrFor, SidecarClient, type TestIdentity } from '../sidecar-client.ts';
import { IssuanceLoad } from './issuance-load.ts';
import { IssuerProcess } from './issuer-process.ts';
import { agent, PolicyHistory, selectors, sharedEnvironment, violationsOf } from './trust-domain.ts';

const floodMs = 6000;

let postgres: Postgres;
let databases = 0;
let issuer: IssuerProcess;
let admitted: Awaited<ReturnType<IssuerProcess['admit']>>;
let thief: TestIdentity;
let policies: PolicyHistory;
let load: IssuanceLoad;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());
beforeEach(async () => {
  databases += 1;
  issuer = await IssuerProcess.start(
    'flooded',
    await sharedEnvironment(postgres, `flood_${process.pid}_${databases}`),
  );
  policies = new PolicyHistory();
  await policies.replace(issuer, ['crab', 'shrimp']);
  admitted = await issuer.admit('honest');
  thief = (await issuer.admit('thief')).identity;
  load = await IssuanceLoad.start({
    issuers: [issuer],
    ...admitted,
    selectors,
    spiffeIds: [agent('crab'), agent('shrimp')],
    pauseMs: 100,
  });
  await delay(2000);
});
afterEach(async () => {
  await load?.stop();
  await issuer?.kill();
});

interface Flood {
  readonly callers: number;
  readonly identity?: TestIdentity;
  /** Each caller asks for the next as soon as it is answered, and is a new connection where `anew`. */
  readonly anew?: boolean;
  readonly ask: (client: SidecarClient) => Promise<{ readonly status: number }>;
}

/** Bounded in callers and in time. */
async function flood({ callers, identity, anew = false, ask }: Flood): Promise<Map<number, number>> {
  const endMs = Date.now() + floodMs;
  const statuses = new Map<number, number>();
  const call = async () => {
    let client = new SidecarClient(issuer.url, admitted.authorities, identity);
    while (Date.now() < endMs) {
      const status = await ask(client).then(
        (answer) => answer.status,
        () => 0,
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (!anew && status !== 0) continue;
      client.close();
      client = new SidecarClient(issuer.url, admitted.authorities, identity);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: callers }, call));
  return statuses;
}

async function underFlood(what: string, options: Flood): Promise<void> {
  const [beganMs, before] = [Date.now(), issuer.residentMib];
  let peakMib = before;
  const watch = setInterval(() => {
    peakMib = Math.max(peakMib, issuer.residentMib);
  }, 100);
  const statuses = await flood(options);
  clearInterval(watch);
  const endedMs = Date.now();
  await delay(1000);
  await load.stop();
  const latencies = (isOf: (askedAtMs: number) => boolean) =>
    load.outcomes
      .filter(({ askedAtMs }) => isOf(askedAtMs))
      .map(({ askedAtMs, answeredAtMs }) => answeredAtMs - askedAtMs)
      .sort((a, b) => a - b);
  const [calm, flooded] = [latencies((at) => at < beganMs), latencies((at) => at >= beganMs && at < endedMs)];
  const p95 = (values: readonly number[]) => values[Math.floor(values.length * 0.95)];
  const figures = {
    calmP95Ms: p95(calm),
    floodP95Ms: p95(flooded),
    answered: flooded.length,
    beforeMib: Math.round(before),
    peakMib: Math.round(peakMib),
  };
  process.stdout.write(`${what}: ${JSON.stringify({ ...figures, flood: Object.fromEntries(statuses) })}\n`);
  expect(new Set(load.outcomes.map(({ became }) => became))).toEqual(new Set(['issued']));
  expect(flooded.length).toBeGreaterThan(0);
  expect(peakMib).toBeLessThan(before + 512);
  expect(violationsOf({ load, issuers: [issuer], policies, staleMsMax: 1000 })).toEqual([]);
}

describe('honest sidecars are served, and memory is bounded,', () => {
  it('while strangers come without a certificate, with bodies that nobody reads', async () => {
    const body = { selectors: [], padding: 'x'.repeat(1_000_000) };
    await underFlood('strangers', {
      callers: 40,
      anew: true,
      ask: (client) => client.post('/v1/x509-svids', body),
    });
  });

  it('while strangers guess join tokens', async () => {
    const { csr } = await csrFor('spiffe://moltbook.test/sidecar');
    await underFlood('join tokens', {
      callers: 40,
      ask: (client) => client.post('/v1/attest/join-token', { joinToken: 'guessed', csr }),
    });
  });

  it('while a sidecar asks without end for batches that it is not entitled to', async () => {
    const { csr } = await csrFor(agent('nobody'));
    const requests = Array.from({ length: 5000 }, () => ({ spiffeId: agent('nobody'), csr }));
    await underFlood('batches', {
      callers: 16,
      identity: thief,
      ask: (client) => client.post('/v1/x509-svids', { selectors, requests }),
    });
  });
});
