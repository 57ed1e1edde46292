export { findRoot } from './embedded/app-entries.ts';
export { type Postgres, startPostgres } from './embedded/postgres/postgres.ts';
export { ComponentFailed, ComponentMissing } from './stack.errors.ts';
export { type RunOptions, runScenario } from './trial/run-scenario.ts';
export type { TrialProgress } from './trial/run-trial.ts';
export type { DueEvent } from './trial/timeline.ts';
export type { World } from './world/world.ts';
export { ARMS, type Arm } from './world/world-setting.ts';
