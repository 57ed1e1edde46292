/**
 * The order in which worlds are loaded: forth and back (A B B A), as often as is asked for, so that a
 * machine that warms up, fills up or slows down does it to every arm alike. One arm alone has no order.
 */
export function blockOrder<A>(arms: readonly A[], repeats: number): A[] {
  const once = arms.length > 1 ? [...arms, ...arms.toReversed()] : [...arms];
  return Array.from({ length: repeats }, () => once).flat();
}
