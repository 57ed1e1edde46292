import type { LoadPlan } from '../plan/load-plan.ts';

/**
 * Iterations that were due in the measured part. k6 may count the one due at its very end as well, so
 * that it starts one more than the rate makes in that time.
 */
export function offeredBy(
  { ratePerSecond, durationSeconds }: LoadPlan,
  { completed, dropped }: { readonly completed: number; readonly dropped: number },
): number {
  return Math.max(Math.round(ratePerSecond * durationSeconds), completed + dropped);
}
