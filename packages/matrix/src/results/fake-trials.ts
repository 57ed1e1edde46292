import { computeArm } from '@blastradius/blast-radius';
import type { MatrixManifest } from '../trials/matrix-manifest.ts';
import { planTrials, type Trial } from '../trials/plan-trials.ts';
import type { EndedTrial } from './matrix-results.ts';

/** For tests: a matrix of three arms and three leaks, two of which don't apply to keys. */
export const fakeManifest: MatrixManifest = {
  schemaVersion: 1,
  scenario: { name: 'credential-matrix', title: 'Every credential model against every leak' },
  arms: ['static-key', 'jwt-svid', 'x509-svid+policy'],
  leaks: ['open-database', 'host-root', 'issuer-outage'],
  seeds: ['matrix-1', 'matrix-2', 'matrix-3'],
  agents: 10,
  timeScale: 720,
  startedAt: '2026-02-01T10:00:00.000Z',
  version: '0.1.0',
  host: { cpus: 2, memoryBytes: 8 * 2 ** 30, node: 'v24.21.0', platform: 'linux-x64' },
};

/** How long honest requests take in an arm, each a millisecond longer than the one before. */
const LATENCIES = {
  from: { 'static-key': 1, 'jwt-svid': 11 } as Partial<Record<Trial['arm'], number>>,
  count: 20,
};

/**
 * A trial whose thief was accepted for so many minutes in the name of each of so many agents, and whose
 * honest agents asked once for a conversation that was there already.
 */
export function fakeTrial({ id, arm, leak, seed }: Trial, agents: number, minutes: number): EndedTrial {
  const startMinute = -20;
  const clock = { startedAtMs: 1_769_900_000_000, startMinute, timeScale: 720 };
  const run = {
    clock,
    endMinute: 100,
    agents: fakeManifest.agents,
    processAgents: 1,
    multiplexedAgents: 9,
    leakMinute: -10,
    fixes: [],
    holeClosedMinute: null,
    resetMinute: null,
  };
  const atMs = (minute: number) => clock.startedAtMs + ((minute - startMinute) * 60_000) / clock.timeScale;
  const victims = Array.from({ length: agents }, (_, index) => `Agent${index}`);
  const records = victims.flatMap((victim) =>
    [0, minutes].map((minute) => ({
      ledger: 'attacker' as const,
      atMs: atMs(minute),
      requestId: `${id}/${victim}/${minute}`,
      step: 'impersonate',
      technique: 'T1078',
      vector: 'stolen-credential' as const,
      action: 'post' as const,
      forges: true,
      victim,
      presented: 'static-key' as const,
      outcome: 'accepted' as const,
      status: 201,
    })),
  );
  const honest = Array.from({ length: LATENCIES.count + 1 }, (_, index) => ({
    ledger: 'agents' as const,
    atMs: atMs(-15),
    requestId: `${id}/honest/${index}`,
    agent: 'Agent9',
    hosting: 'multiplexed' as const,
    ...(index < LATENCIES.count
      ? { action: 'post', outcome: 'accepted' as const, status: 201 }
      : { action: 'dm-request', outcome: 'refused' as const, status: 409 }),
    latencyMs: (LATENCIES.from[arm] ?? 1) + index,
  }));
  return {
    record: {
      schemaVersion: 1,
      id,
      arm,
      leak,
      seed,
      state: 'done',
      attempts: [{ startedAt: fakeManifest.startedAt, seconds: 9, problem: null }],
    },
    measured: {
      result: computeArm(run, [...records, ...honest]),
      reach: victims.map((agent) => ({ agent, fromMinute: 0, untilMinute: minutes })),
    },
  };
}

/** All of them: keys lose all agents for 50 to 52 minutes, identities one for five. */
export function fakeTrials(): EndedTrial[] {
  return planTrials(fakeManifest).map((trial) => {
    const extra = fakeManifest.seeds.indexOf(trial.seed);
    return trial.arm === 'static-key' ? fakeTrial(trial, 10, 50 + extra) : fakeTrial(trial, 1, 5);
  });
}
