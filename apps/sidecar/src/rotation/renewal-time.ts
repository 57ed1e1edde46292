import { isBefore } from './deadline.ts';
import { ClocksDiffer } from './rotation.errors.ts';

/** When we asked for an SVID and when it ends, epoch milliseconds of our own clock. */
export interface SvidLifetime {
  readonly requestedAtMs: number;
  readonly notAfterMs: number;
}

/** What the issuer says of an SVID, by its own clock; epoch milliseconds. */
export interface IssuedSpan {
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** A tenth to either side, so that hosts which started together drift apart. */
const JITTER_SHARE = 0.1;
/** Whoever is due so soon after another is renewed with it. */
const TOGETHER_SHARE = 0.05;
/** What is nearly over when it comes must not be asked for at every tick. */
const RENEWAL_MS_MIN = 500;
/** As much as verifiers of tokens allow. */
const CLOCKS_DIFFER_MS_MAX = 60_000;

/**
 * The lifetime as our own clock sees it. Where the issuer's runs ahead, its end is too far away: nothing
 * lives longer than from its beginning to its end. Throws `ClocksDiffer` for what is over when it comes,
 * or not valid yet: it would take the place of one that still is.
 */
export function lifetimeOf(span: IssuedSpan, at: { requestedAtMs: number; nowMs: number }): SvidLifetime {
  const { issuedAtMs, expiresAtMs } = span;
  const notAfterMs = Math.min(expiresAtMs, at.requestedAtMs + (expiresAtMs - issuedAtMs));
  if (notAfterMs <= at.nowMs) {
    throw new ClocksDiffer('an SVID was over when it came: our clock or the issuer’s is wrong', {
      context: { ...span, ...at },
    });
  }
  if (issuedAtMs > at.nowMs + CLOCKS_DIFFER_MS_MAX) {
    throw new ClocksDiffer('an SVID is not valid yet: our clock or the issuer’s is wrong', {
      context: { ...span, ...at },
    });
  }
  return { requestedAtMs: at.requestedAtMs, notAfterMs };
}

/**
 * When to renew: half of the lifetime, moved by up to a tenth by `jitter` in [0, 1). Counted
 * from when we asked for it, not from the certificate's notBefore, which issuers set into the past
 * for the sake of slow clocks.
 */
export function renewAtMs(svid: SvidLifetime, jitter: number): number {
  const half = (svid.notAfterMs - svid.requestedAtMs) / 2;
  return svid.requestedAtMs + Math.max(half * (1 + JITTER_SHARE * (2 * jitter - 1)), RENEWAL_MS_MIN);
}

export interface RenewableSvid extends SvidLifetime {
  readonly renewAtMs: number;
}

/**
 * What is known of an SVID by a clock that shows a time from before it was asked for. How old it is
 * nobody can tell by it: it is due, and has no more than a whole life left.
 */
export function afterSetBack<T extends RenewableSvid>(svid: T, nowMs: number): T {
  if (!isBefore(svid.requestedAtMs, nowMs)) return svid;
  const lifetimeMs = svid.notAfterMs - svid.requestedAtMs;
  return { ...svid, requestedAtMs: nowMs, renewAtMs: nowMs, notAfterMs: nowMs + lifetimeMs };
}

/** The SVIDs to renew now, in one batch: none until one is due, then all that nearly are. */
export function dueForRenewal<T extends RenewableSvid>(svids: readonly T[], nowMs: number): readonly T[] {
  if (!svids.some((svid) => svid.renewAtMs <= nowMs)) return [];
  return svids.filter((svid) => {
    const together = (svid.notAfterMs - svid.requestedAtMs) * TOGETHER_SHARE;
    return svid.renewAtMs <= nowMs + together;
  });
}

export function hasEnded(svid: SvidLifetime, nowMs: number): boolean {
  return svid.notAfterMs <= nowMs;
}
