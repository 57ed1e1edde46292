export type { Arm } from '@blastradius/contracts';
export { findRoot } from './embedded/app-entries.ts';
export { type EmbeddedPlatform, startEmbeddedPlatform } from './embedded/embedded-platform.ts';
export { type Databases, databasesAt } from './embedded/postgres/databases.ts';
export { type Postgres, startPostgres } from './embedded/postgres/postgres.ts';
export { ComponentFailed, ComponentMissing } from './stack.errors.ts';
export {
  type LoadOnWorld,
  type RunningLoad,
  type RunOptions,
  runScenario,
  startPlatform,
  type Target,
} from './trial/run-scenario.ts';
export type { TrialProgress } from './trial/run-trial.ts';
export type { DueEvent } from './trial/timeline.ts';
export type { LoadContainer, LoadEntry, LoadGenerator } from './world/load-entry.ts';
export type { AuthorityOperator, Platform, World } from './world/world.ts';
export { ARMS, COMPARED_ARMS } from './world/world-setting.ts';
