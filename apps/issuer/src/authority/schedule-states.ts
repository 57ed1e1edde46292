import type { AuthoritySchedule } from '../config.ts';
import { activationDueAt, authorityStates } from './authority-states.ts';
import { newestAgeMs } from './authority-steps.ts';
import type { StoredAuthority } from './authority-store.ts';

/** What of the schedule is late by more than a quarter of its period: then its tick was lost. Pure. */
export function overdueSteps(
  keySet: readonly StoredAuthority[],
  { rotationSeconds, activationDelaySeconds }: AuthoritySchedule,
  now: Date,
): { readonly prepare: boolean; readonly activate: boolean } {
  const patienceSeconds = rotationSeconds / 4;
  const { next } = authorityStates(keySet, now);
  return {
    prepare: next === null && newestAgeMs(keySet, now) > (rotationSeconds + patienceSeconds) * 1000,
    activate: next !== null && activationDueAt(next, activationDelaySeconds + patienceSeconds) < now,
  };
}
