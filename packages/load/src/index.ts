export { findK6 } from './k6/find-k6.ts';
export { type LifecycleReport, lifecycleFile } from './lifecycle/lifecycle-report.ts';
export { lifecyclePlan } from './lifecycle/play-in-world.ts';
export { renderLifecycle } from './lifecycle/render-lifecycle.ts';
export { K6Failed, K6Missing, LoadOutOfBounds, NoLoadProfile } from './load.errors.ts';
export { LOAD_LIMITS, type LoadPlan, loadAgentsFor } from './plan/load-plan.ts';
export { type LoadOptions, runLoad } from './run-load.ts';
