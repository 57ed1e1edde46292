/**
 * Arm `scoped-key`: least privilege by two keys. Each has one scope and no more, so that an agent which
 * only looks never shows what may write. Both lie in the table of the agents: a thief who reads it has both.
 */
export type KeyScope = 'read' | 'write';

/** RFC 9110, section 9.2.1: what is safe only reads. */
export function scopeNeededBy(method: string): KeyScope {
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}
