import { arm, leak } from '@blastradius/contracts';
import { planTrials, seedsOf } from '@blastradius/matrix';
import { expect, test } from 'vitest';
import { type MatrixPlan, planText } from './plan-text.ts';

const all = { arms: arm.options, leaks: leak.options, seeds: seedsOf('matrix', 3) };
const plan = (rest: Partial<MatrixPlan> = {}): MatrixPlan => ({
  manifest: all,
  endedSeconds: new Map(),
  incidentSeconds: 8,
  atOnce: 3,
  ...rest,
});
const small = { arms: ['static-key', 'jwt-svid'], leaks: ['host-root', 'issuer-outage'], seeds: ['a', 'b'] };
const few = plan({ manifest: small as MatrixPlan['manifest'] });

test('a plan has every arm with the leaks it is played under, and names what is left out with the reason', () => {
  expect(planText(few)).toBe(`6 trials: 3 of 4 combinations, each with the seeds a, b
  static-key: host-root
  jwt-svid: host-root, issuer-outage

Left out:
  issuer-outage with static-key: no issuer: a key does not have to be renewed

0 of them are there already, 6 are to be played, 3 at once.
At least 16 s: so long last the incidents, 8 s each; starting the worlds comes on top.
`);
});

test('every combination of the whole matrix is played or left out, and none is both', () => {
  const text = planText(plan());
  const [played = '', left = ''] = text.split('Left out:');
  const pairs = (line: RegExpMatchArray | null) => line?.[1]?.split(', ') ?? [];
  for (const one of all.arms) {
    const leaks = pairs(new RegExp(`^  ${one.replace('+', '\\+')}: (.+)$`, 'm').exec(played));
    for (const other of all.leaks) {
      const without = pairs(new RegExp(`^  ${other} with ([^:]+): `, 'm').exec(left));
      expect([leaks.includes(other), without.includes(one)].filter(Boolean), `${one} ${other}`).toHaveLength(
        1,
      );
    }
  }
  expect(text).toContain(`${planTrials(all).length} trials`);
});

test('the time is told by the pace of the trials that have ended, of those that are left', () => {
  const [first, second] = planTrials(few.manifest).map(({ id }) => id);
  const ended = new Map([
    [String(first), 20],
    [String(second), 40],
  ]);
  expect(planText({ ...few, endedSeconds: ended, atOnce: 2 })).toContain(
    '2 of them are there already, 4 are to be played, 2 at once.\nA trial took 30 s here so far: about 60 s.',
  );
  const done = new Map(planTrials(few.manifest).map(({ id }) => [id, 20]));
  expect(planText({ ...few, endedSeconds: done })).toContain('Nothing is left to do but the report.');
});
