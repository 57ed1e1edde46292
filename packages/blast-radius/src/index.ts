export { buildReport, type Report, reportSchema } from './build-report.ts';
export { type ArmResult, computeArm } from './compute-arm.ts';
export { type Hypothesis, hypothesis } from './hypothesis.ts';
export type { JudgedHypothesis } from './judge-hypothesis.ts';
export { type LoadBlock, type LoadManifest, loadManifest } from './load/load-manifest.ts';
export type { SeriesPoint } from './metrics/series.ts';
export { type ArmManifest, type RunManifest, runManifest } from './run/run-manifest.ts';
