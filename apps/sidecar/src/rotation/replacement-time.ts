/** Sidecars that hear of a tainted authority in the same second ask the issuer one after another. */
const SPREAD_MS = 1000;

/** When to replace what a tainted authority has signed: soon, moved by `jitter` in [0, 1). */
export function replaceAtMs(nowMs: number, jitter: number): number {
  return nowMs + SPREAD_MS * jitter;
}
