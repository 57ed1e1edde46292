import { createRandom } from '@blastradius/kernel';

/** The order in which the thief goes through its victims; it does not depend on the order they came in. */
export function orderTargets(names: readonly string[], seed: string): string[] {
  const sorted = [...names].sort((a, b) => (a < b ? -1 : Number(a > b)));
  return createRandom(`${seed}/targets`).shuffle(sorted);
}
