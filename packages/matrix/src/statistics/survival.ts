interface Lifetime {
  readonly minutes: number;
  /** False where it was still alive when we stopped looking. */
  readonly ended: boolean;
}

/** A moment and the share that is still alive from then on. */
export type SurvivalPoint = readonly [minutes: number, share: number];

/** Kaplan and Meier's product limit: those still alive when we stopped looking count for as long as we looked. */
export function survivalCurve(lifetimes: readonly Lifetime[]): SurvivalPoint[] {
  if (lifetimes.length === 0) return [];
  const ends = [...new Set(lifetimes.filter(({ ended }) => ended).map(({ minutes }) => minutes))].sort(
    (a, b) => a - b,
  );
  let share = 1;
  const points: SurvivalPoint[] = [[0, 1]];
  for (const at of ends) {
    const atRisk = lifetimes.filter(({ minutes }) => minutes >= at).length;
    const died = lifetimes.filter(({ minutes, ended }) => ended && minutes === at).length;
    share *= 1 - died / atRisk;
    points.push([at, Math.round(share * 10_000) / 10_000]);
  }
  const longest = Math.max(...lifetimes.map(({ minutes }) => minutes));
  if (longest > (points.at(-1)?.[0] ?? 0)) points.push([longest, points.at(-1)?.[1] ?? 1]);
  return points;
}
