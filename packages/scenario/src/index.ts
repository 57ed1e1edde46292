export { orderTargets } from './attack/order-targets.ts';
export {
  hostileAgent,
  injectedText,
  isGullible,
  keyOfHuman,
  ordersIn,
} from './attack/prompt-injection.ts';
export { type Strategy, strategy } from './attack/strategy.ts';
export {
  firstTurnMinutes,
  gapMinutes,
  honestRequestsPerHour,
  isReadingDue,
  isTurnDue,
  type Tactics,
  tacticsOf,
  victimsAmong,
} from './attack/tactics.ts';
export { takenMinute } from './attack/waiting.ts';
export { withStrategy } from './attack/with-strategy.ts';
export { createLifePlan } from './life/create-life-plan.ts';
export type { Intention, PlannedAction } from './life/planned-action.ts';
export { allowedAt } from './loading/allowed.ts';
export { findScenario } from './loading/find-scenario.ts';
export { loadScenario, type Scenario } from './loading/load-scenario.ts';
export { locate, type Position } from './loading/locate.ts';
export { ScenarioInvalid, ScenarioNotFound, type ScenarioProblem } from './loading/scenario.errors.ts';
export { createPopulation } from './population/create-population.ts';
export { loadAgentNames } from './population/load-agents.ts';
export type { Owner, PlannedAgent, PlannedSubmolt, Population } from './population/population.ts';
export { type OwnerReturn, planOwnerReturn } from './recovery/plan-owner-return.ts';
export { type ChartLine, renderChart } from './report/chart.ts';
export { html, type Markup, trusted } from './report/html.ts';
export { renderPicture } from './report/render-picture.ts';
export { renderReportHtml } from './report/render-report-html.ts';
export { renderReportTable } from './report/render-report-table.ts';
export { chartStyle, pageStyle, palette } from './report/styles.ts';
export { armName } from './report/wording.ts';
export type { TimelineEvent } from './scenario/timeline.ts';
