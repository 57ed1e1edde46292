import type { LedgerRecord } from '@blastradius/ledger';
import { z } from 'zod';
import { type ArmResult, armResult, computeArm } from './compute-arm.ts';
import { type JudgedArm, judgedHypothesis, judgeHypothesis } from './judge-hypothesis.ts';
import { loadResult } from './load/load-result.ts';
import { type LoadRun, measureLoad } from './load/measure-load.ts';
import { host, parameter, type RunManifest, timelineMark } from './run/run-manifest.ts';

/** `report.json`; its JSON Schema is `report.schema.json` beside this package's manifest. */
export const reportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  scenario: z.strictObject({ name: z.string(), title: z.string() }),
  seed: z.string(),
  timeScale: z.number(),
  startedAt: z.iso.datetime(),
  host: z.strictObject(host.shape),
  timeline: z.array(z.strictObject(timelineMark.shape)),
  arms: z.record(z.string(), armResult),
  hypotheses: z.array(judgedHypothesis),
  parameters: z.array(z.strictObject(parameter.shape)),
  load: loadResult.optional().describe('where the run was put under load'),
});
export type Report = z.infer<typeof reportSchema>;

/** Numbers from ledgers; no clock, no randomness: the same ledgers give the same report. */
export function buildReport(
  manifest: RunManifest,
  ledgersByArm: Readonly<Record<string, readonly LedgerRecord[]>>,
  loadRun?: LoadRun,
): Report {
  const arms: Record<string, ArmResult> = {};
  for (const [arm, run] of Object.entries(manifest.arms))
    arms[arm] = computeArm(run, ledgersByArm[arm] ?? []);
  const load = loadRun && measureLoad(loadRun);
  const { schemaVersion, scenario, seed, timeScale, startedAt, timeline, parameters } = manifest;
  return {
    schemaVersion,
    scenario,
    seed,
    timeScale,
    startedAt,
    host: manifest.host,
    timeline,
    arms,
    hypotheses: manifest.hypotheses.map((hypothesis) => judgeHypothesis(hypothesis, withLoad(arms, load))),
    parameters,
    ...(load ? { load } : {}),
  };
}

/** So that a hypothesis can name a number of the load run as well: `load.during.failed`. */
function withLoad(arms: Report['arms'], load: Report['load']): Record<string, JudgedArm> {
  return Object.fromEntries(
    Object.entries(arms).map(([arm, result]) => {
      const underLoad = load?.arms[arm];
      return [arm, underLoad ? { ...result, load: underLoad } : result];
    }),
  );
}
