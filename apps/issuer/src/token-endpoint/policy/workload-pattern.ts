const anyBelow = '/*';

/** Whether a SPIFFE ID is the one of the pattern, or below its path where it ends in `/*`. */
export function matchesWorkload(pattern: string, spiffeId: string): boolean {
  if (!pattern.endsWith(anyBelow)) return spiffeId === pattern;
  const parent = pattern.slice(0, -anyBelow.length + 1);
  return spiffeId.startsWith(parent) && spiffeId.length > parent.length;
}
