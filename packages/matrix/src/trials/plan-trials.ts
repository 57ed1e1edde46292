import { type Arm, type Leak, whyNotApplicable } from '@blastradius/contracts';
import { createRandom } from '@blastradius/kernel';

/** One run of the matrix's scenario: for one arm, one leak and one seed. */
export interface Trial {
  /** Names its folder and its job. */
  readonly id: string;
  readonly arm: Arm;
  readonly leak: Leak;
  readonly seed: string;
}

export interface MatrixAxes {
  readonly arms: readonly Arm[];
  readonly leaks: readonly Leak[];
  readonly seeds: readonly string[];
}

/** `matrix-1`, `matrix-2`: the same for every arm and leak, so that they are compared in pairs. */
export function seedsOf(base: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${base}-${index + 1}`);
}

/**
 * Every trial that makes sense. Seed by seed, so that a matrix that is stopped early has whole ones; within
 * a seed in an order drawn from it, so that no arm has the machine's good hours.
 */
export function planTrials({ arms, leaks, seeds }: MatrixAxes): Trial[] {
  return seeds.flatMap((seed) => {
    const trials = arms.flatMap((arm) =>
      leaks.flatMap((leak) =>
        whyNotApplicable(arm, leak) === null ? [{ id: `${arm}_${leak}_${seed}`, arm, leak, seed }] : [],
      ),
    );
    return createRandom(`${seed}/order`).shuffle(trials);
  });
}
