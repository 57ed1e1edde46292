/** The names of those agents that only put load on a network; no agent of a population is called so. */
export function loadAgentNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `load_${String(index + 1).padStart(4, '0')}`);
}
