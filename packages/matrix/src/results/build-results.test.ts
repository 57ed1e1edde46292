import { expect, test } from 'vitest';
import { planTrials } from '../trials/plan-trials.ts';
import { buildResults } from './build-results.ts';
import { fakeManifest, fakeTrials } from './fake-trials.ts';
import { findCell } from './find-cell.ts';

const results = buildResults(fakeManifest, fakeTrials());

test('a cell has the median over its seeds, and its interval lies within what was measured', () => {
  const { estimate, full } =
    findCell(results.cells, 'static-key', 'host-root').figures['blast_area_agent_minutes'] ?? {};
  expect(estimate).toEqual({ n: 3, median: 510, low: 500, high: 520 });
  expect(full).toBe(10 * 110);
});

test('differences are paired by seed, and the baseline has none', () => {
  const difference = (arm: 'static-key' | 'jwt-svid') =>
    findCell(results.cells, arm, 'host-root').figures['blast_area_agent_minutes']?.difference;
  expect(difference('jwt-svid')).toEqual({ n: 3, median: -505, low: -515, high: -495 });
  expect(difference('static-key')).toBeNull();
});

test('an arm whose baseline can’t play the leak has numbers and no difference', () => {
  const cell = findCell(results.cells, 'jwt-svid', 'issuer-outage');
  expect(cell.figures['agents_impersonated']).toMatchObject({ estimate: { median: 1 }, difference: null });
});

test('a combination that makes no sense says why, and has no trial', () => {
  expect(findCell(results.cells, 'static-key', 'issuer-outage')).toMatchObject({
    state: 'not-applicable',
    why: 'no issuer: a key does not have to be renewed',
    trials: [],
  });
});

test('a matrix is complete when every trial was measured, and not before', () => {
  expect(results.complete).toBe(true);
  const without = fakeTrials().slice(1);
  const [first] = planTrials(fakeManifest);
  const partly = buildResults(fakeManifest, without);
  expect(partly.complete).toBe(false);
  expect(partly.trials.find(({ trial }) => trial === first?.id)?.state).toBe('missing');
  expect(findCell(partly.cells, first?.arm ?? '', first?.leak ?? '').why).toBe(
    `without seed ${first?.seed}: missing`,
  );
});

test('a cell whose trials all failed says so with their reasons', () => {
  const failed = fakeTrials().map((trial) =>
    trial.record.arm === 'jwt-svid' && trial.record.leak === 'host-root'
      ? {
          record: {
            ...trial.record,
            state: 'failed' as const,
            attempts: [
              { startedAt: fakeManifest.startedAt, seconds: 1, problem: 'the issuer did not start' },
            ],
          },
          measured: null,
        }
      : trial,
  );
  const cell = findCell(buildResults(fakeManifest, failed).cells, 'jwt-svid', 'host-root');
  expect(cell.state).toBe('failed');
  expect(cell.why).toContain('matrix-2: the issuer did not start');
});

test('agents in reach over time are the median of the trials', () => {
  expect(findCell(results.cells, 'static-key', 'host-root').reach).toEqual([
    [-20, 0],
    [0, 10],
    [52, 0],
    [100, 0],
  ]);
});

test('an arm’s honest latency is the median over all its trials, and its difference that over pairs of the same leak and seed', () => {
  const arm = (name: string) => results.latencies.find((latency) => latency.arm === name)?.figures ?? {};
  const same = (n: number, value: number) => ({ n, median: value, low: value, high: value });
  // Twenty requests of 1 to 20 ms with keys, under two leaks; of 11 to 30 ms with tokens, under three.
  expect(arm('static-key')).toEqual({
    honest_latency_p50_ms: { estimate: same(6, 10), difference: null },
    honest_latency_p95_ms: { estimate: same(6, 19), difference: null },
    honest_latency_p99_ms: { estimate: same(6, 20), difference: null },
  });
  expect(arm('jwt-svid')).toEqual({
    honest_latency_p50_ms: { estimate: same(9, 20), difference: same(6, 10) },
    honest_latency_p95_ms: { estimate: same(9, 29), difference: same(6, 10) },
    honest_latency_p99_ms: { estimate: same(9, 30), difference: same(6, 10) },
  });
});

test('each cell has the percentiles, too, and an arm that nobody kept from anything has a share of 1', () => {
  const { figures } = findCell(results.cells, 'jwt-svid', 'host-root');
  expect(figures['honest_latency_p95_ms']).toMatchObject({
    estimate: { n: 3, median: 29 },
    difference: { n: 3, median: 10 },
  });
  expect(figures['honest_accepted_share']?.estimate?.median).toBe(1);
  expect(figures['honest_repeated']?.estimate?.median).toBe(1);
});
