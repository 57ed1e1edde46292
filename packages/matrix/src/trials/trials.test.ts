import { arm, leak, whyNotApplicable } from '@blastradius/contracts';
import { expect, test } from 'vitest';
import { fakeManifest, fakeTrial } from '../results/fake-trials.ts';
import { whyRejected } from './judge-trial.ts';
import { differences } from './matrix-manifest.ts';
import { planTrials, seedsOf } from './plan-trials.ts';

const axes = { arms: arm.options, leaks: leak.options, seeds: seedsOf('matrix', 3) };

test('every combination is played once for each seed, or has a reason why not', () => {
  const ids = planTrials(axes).map(({ id }) => id);
  const sensible = axes.arms.flatMap((one) =>
    axes.leaks.filter((other) => whyNotApplicable(one, other) === null).map((other) => `${one}_${other}`),
  );
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(
    sensible.flatMap((pair) => axes.seeds.map((seed) => `${pair}_${seed}`)).toSorted(),
  );
});

test('the order is the same each time, seed by seed, and mixes the arms', () => {
  const trials = planTrials(axes);
  expect(planTrials(axes)).toEqual(trials);
  const perSeed = trials.length / 3;
  expect(new Set(trials.slice(0, perSeed).map(({ seed }) => seed))).toEqual(new Set(['matrix-1']));
  expect(new Set(trials.slice(0, 20).map((trial) => trial.arm)).size).toBeGreaterThan(4);
});

test('a matrix may be continued only as the same experiment, whenever it was begun', () => {
  expect(differences(fakeManifest, { ...fakeManifest, startedAt: '2026-03-01T10:00:00.000Z' })).toEqual([]);
  expect(differences(fakeManifest, { ...fakeManifest, agents: 12, seeds: ['matrix-1'] })).toEqual([
    'seeds',
    'agents',
  ]);
});

test('a matrix whose scenario has changed meanwhile is another one', () => {
  const withText = (sha256: string) => ({ ...fakeManifest, scenario: { ...fakeManifest.scenario, sha256 } });
  expect(differences(withText('a'), withText('a'))).toEqual([]);
  expect(differences(withText('a'), withText('b'))).toEqual(['scenario']);
  expect(differences(fakeManifest, withText('a'))).toEqual(['scenario']);
});

const found = { foundFile: true, timeScale: 480 };
const [trial] = planTrials(fakeManifest);
const measured = trial && fakeTrial(trial, 1, 5).measured?.result;
const withHonest = (honest: object) => {
  if (!measured) throw new RangeError('no trial');
  return { ...measured, honestRequests: { ...measured.honestRequests, ...honest } };
};
const phase = (acceptedShare: number) => ({ sent: 100, accepted: acceptedShare * 100, acceptedShare });
const phases = (before: number) => ({
  beforeLeak: phase(before),
  whileOpen: phase(1),
  afterFix: phase(1),
  afterReset: phase(0.3),
});

test('a trial in which agents were kept from their work before anything had leaked is rejected', () => {
  expect(
    whyRejected('host-root', withHonest({ sent: 100, failed: 0, byPhase: phases(0.5) }), found),
  ).toContain('50 %');
  expect(whyRejected('host-root', withHonest({ sent: 0 }), found)).toContain('no honest request');
});

test('a trial on a machine that is too slow for its scale of time is rejected, with what to do', () => {
  const honest = withHonest({ sent: 100, failed: 0, byPhase: phases(1), latencyMsP50: 1000 });
  expect(whyRejected('open-database', honest, found)).toContain('8 minutes of the incident');
  expect(whyRejected('open-database', honest, { ...found, timeScale: 120 })).toBeNull();
});

test('requests without an answer reject a trial, but not one whose leak may be the cause', () => {
  const honest = withHonest({ sent: 100, failed: 20, byPhase: phases(1) });
  expect(whyRejected('open-database', honest, found)).toContain('20 %');
  expect(whyRejected('issuer-outage', honest, found)).toBeNull();
  expect(whyRejected('sidecar-socket', honest, found)).toBeNull();
});

test('refusals after a reset are a result, and no reason to reject', () => {
  expect(
    whyRejected('open-database', withHonest({ sent: 100, failed: 0, byPhase: phases(1) }), found),
  ).toBeNull();
});

test('a trial in which nothing lay where it had to is rejected, where the world puts a file there', () => {
  const honest = withHonest({ sent: 100, failed: 0, byPhase: phases(1) });
  expect(whyRejected('database-dump', honest, { ...found, foundFile: false })).toContain('never found');
  expect(whyRejected('sidecar-socket', honest, { ...found, foundFile: false })).toBeNull();
});
