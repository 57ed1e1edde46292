/** When we asked for an SVID and when it ends, epoch milliseconds. */
export interface SvidLifetime {
  readonly requestedAtMs: number;
  readonly notAfterMs: number;
}

/** A tenth to either side, so that hosts which started together drift apart. */
const JITTER_SHARE = 0.1;
/** Whoever is due so soon after another is renewed with it. */
const TOGETHER_SHARE = 0.05;

/**
 * When to renew: half of the lifetime, moved by up to a tenth by `jitter` in [0, 1). Counted
 * from when we asked for it, not from the certificate's notBefore, which issuers set into the past
 * for the sake of slow clocks.
 */
export function renewAtMs(svid: SvidLifetime, jitter: number): number {
  const half = (svid.notAfterMs - svid.requestedAtMs) / 2;
  return svid.requestedAtMs + half * (1 + JITTER_SHARE * (2 * jitter - 1));
}

export interface RenewableSvid extends SvidLifetime {
  readonly renewAtMs: number;
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
