import type { LedgerRecord } from '@blastradius/ledger';
import { z } from 'zod';
import { type ArmResult, armResult, computeArm } from './compute-arm.ts';
import { judgedHypothesis, judgeHypothesis } from './judge-hypothesis.ts';
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
});
export type Report = z.infer<typeof reportSchema>;

/** Numbers from ledgers; no clock, no randomness: the same ledgers give the same report. */
export function buildReport(
  manifest: RunManifest,
  ledgersByArm: Readonly<Record<string, readonly LedgerRecord[]>>,
): Report {
  const arms: Record<string, ArmResult> = {};
  for (const [arm, run] of Object.entries(manifest.arms))
    arms[arm] = computeArm(run, ledgersByArm[arm] ?? []);
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
    hypotheses: manifest.hypotheses.map((hypothesis) => judgeHypothesis(hypothesis, arms)),
    parameters,
  };
}
