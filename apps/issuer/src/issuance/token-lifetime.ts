import { svidLifetime } from './svid-lifetime.ts';

/**
 * As `svidLifetime`, but not backdated: verifiers of tokens look at the end, and who looks at the
 * beginning allows for clocks that lag.
 */
export function tokenLifetime(now: Date, ttlSeconds: number): { issuedAt: Date; expiresAt: Date } {
  return { issuedAt: now, expiresAt: svidLifetime(now, ttlSeconds).notAfter };
}
