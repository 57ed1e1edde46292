import { LoadOutOfBounds } from '../load.errors.ts';

/** How much load, how long and how often. */
export interface LoadPlan {
  readonly ratePerSecond: number;
  readonly warmUpSeconds: number;
  readonly durationSeconds: number;
  readonly repeats: number;
  readonly loadAgents: number;
}

export const LOAD_LIMITS = {
  ratePerSecond: { min: 1, max: 5000 },
  durationSeconds: { min: 5, max: 600 },
  warmUpSeconds: { min: 1, max: 120 },
  repeats: { min: 1, max: 20 },
  /** Conversations and votes are spread over them; each has an SVID of its own. */
  loadAgents: { min: 2, max: 2000 },
} as const;

/** A report is computed from the ledgers in memory: more requests in one world would not fit. */
const REQUESTS_MAX = 500_000;

/** Throws `LoadOutOfBounds`, which names the bound and what keeps within it. */
export function assertBearable(plan: LoadPlan): void {
  for (const [name, { min, max }] of Object.entries(LOAD_LIMITS)) {
    const value = plan[name as keyof LoadPlan];
    if (value < min || value > max)
      throw new LoadOutOfBounds(`${name} is ${value}; allowed: from ${min} to ${max}`);
  }
  const requests = plan.ratePerSecond * (plan.warmUpSeconds + plan.durationSeconds);
  if (requests > REQUESTS_MAX) {
    throw new LoadOutOfBounds(
      `${plan.ratePerSecond} requests/s for ${plan.warmUpSeconds} + ${plan.durationSeconds} s are ${requests} requests ` +
        `in one world; allowed: at most ${REQUESTS_MAX}. Lower the rate, or shorten the run and repeat it.`,
    );
  }
}

/** Enough that the incident's 100 requests a minute are far away for each, and few enough to be prepared soon. */
export function loadAgentsFor(ratePerSecond: number): number {
  return Math.min(1000, Math.max(20, Math.ceil(ratePerSecond / 2.5)));
}
