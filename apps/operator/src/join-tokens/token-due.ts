/** A token that was put into a sidecar's volume. */
export interface PlacedToken {
  readonly mintedAtMs: number;
  readonly ttlSeconds: number;
}

/** The share of a token's life after which a fresh one takes its place. */
const RENEW_AT = 0.5;

/**
 * Whether a node needs a new token: it never had one from us, its sidecar has taken the last one away,
 * or that one is past half of its life, so that a sidecar which starts now still has time to use it.
 */
export function isTokenDue(placed: PlacedToken | undefined, isThere: boolean, nowMs: number): boolean {
  if (placed === undefined || !isThere) return true;
  return nowMs >= placed.mintedAtMs + placed.ttlSeconds * 1000 * RENEW_AT;
}
