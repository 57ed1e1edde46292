/** The names under which the load generator's callers are known: `load-0001` and so on. */
export function loadAgentNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `load-${String(index + 1).padStart(4, '0')}`);
}
