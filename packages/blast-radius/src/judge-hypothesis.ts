import { z } from 'zod';
import type { ArmResult } from './compute-arm.ts';
import type { Hypothesis } from './hypothesis.ts';
import type { LoadArm } from './load/load-result.ts';

const verdict = z.enum(['held', 'refuted', 'not-tested']);

export const judgedHypothesis = z.strictObject({
  id: z.string(),
  statement: z.string(),
  metric: z.string(),
  verdict,
  checks: z.array(
    z.strictObject({
      arm: z.string(),
      /** `>= 0.95 of agents` */
      expected: z.string(),
      measured: z.number().nullable(),
      verdict,
    }),
  ),
});
export type JudgedHypothesis = z.infer<typeof judgedHypothesis>;

/** What a metric's path leads into: the arm's numbers, and below `load` those of its load run. */
export type JudgedArm = ArmResult & { readonly load?: LoadArm };

type Expectation = Hypothesis['expect'][number];

/**
 * Refuted as soon as one check fails; held only if every check was made and held; not tested where
 * an arm was not run or the metric has no value there.
 */
export function judgeHypothesis(
  { id, statement, metric, expect }: Hypothesis,
  arms: Readonly<Record<string, JudgedArm>>,
): JudgedHypothesis {
  const checks = expect.map((expectation) => {
    const measured = measure(arms[expectation.arm], metric, expectation.shareOf);
    const { arm, comparison, value, shareOf } = expectation;
    const expected = `${comparison} ${value}${shareOf === undefined ? '' : ` of ${shareOf}`}`;
    return { arm, expected, measured, verdict: judge(measured, expectation) };
  });
  const verdicts = checks.map((check) => check.verdict);
  const rest = verdicts.includes('not-tested') ? 'not-tested' : 'held';
  return { id, statement, metric, verdict: verdicts.includes('refuted') ? 'refuted' : rest, checks };
}

function measure(arm: JudgedArm | undefined, metric: string, shareOf: string | undefined): number | null {
  const value = numberAt(arm, metric);
  if (shareOf === undefined || value === null) return value;
  const whole = numberAt(arm, shareOf);
  return whole === null || whole === 0 ? null : value / whole;
}

function numberAt(arm: JudgedArm | undefined, path: string): number | null {
  let here: unknown = arm;
  for (const key of path.split('.')) {
    here = typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[key] : undefined;
  }
  return typeof here === 'number' ? here : null;
}

function judge(measured: number | null, { comparison, value }: Expectation): z.infer<typeof verdict> {
  if (measured === null) return 'not-tested';
  const holds = {
    '==': measured === value,
    '<': measured < value,
    '<=': measured <= value,
    '>': measured > value,
    '>=': measured >= value,
  }[comparison];
  return holds ? 'held' : 'refuted';
}
