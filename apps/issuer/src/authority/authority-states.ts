/** What the lifecycle looks at; the states follow from it and the time, they are not stored. */
export interface AuthorityTimes {
  readonly id: string;
  /** Nobody takes what it signs before; a key that signs tokens has no beginning, and this is its making. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** When it was first published in the bundle. */
  readonly preparedAt: Date;
  /** When it began to sign; null while it is only published. */
  readonly activatedAt: Date | null;
  /** Since when everything that it signed is to be replaced; null unless an operator said so. */
  readonly taintedAt: Date | null;
  /** Its private key is kept: it may sign, or may be going to. */
  readonly hasKey: boolean;
}

export interface AuthorityStates<A extends AuthorityTimes> {
  /** Published ahead of its time, signs nothing yet. */
  readonly next: A | null;
  /** Signs. */
  readonly current: A | null;
  /** Signs no more; stays in the bundle while SVIDs that it signed may live. */
  readonly previous: readonly A[];
  /** Past its end; leaves the bundle. */
  readonly expired: readonly A[];
}

/** As much as verifiers allow clocks to differ: two issuers whose clocks do must not replace each other's keys. */
const clockDifferenceMsMax = 60_000;

/** Sorts authorities into the states of their lifecycle. Pure. */
export function authorityStates<A extends AuthorityTimes>(
  authorities: readonly A[],
  now: Date,
): AuthorityStates<A> {
  const alive = authorities.filter(({ notAfter }) => notAfter > now);
  const activated = alive
    .filter(({ activatedAt }) => activatedAt !== null)
    .toSorted((a, b) => Number(b.activatedAt) - Number(a.activatedAt));
  // One that was tainted never signs again, even if nobody else can.
  const current = activated.find((one) => one.taintedAt === null && canSign(one, now)) ?? null;
  const waiting = alive
    .filter((one) => one.activatedAt === null && canSign(one, now))
    .toSorted((a, b) => Number(b.preparedAt) - Number(a.preparedAt));
  return {
    next: waiting[0] ?? null,
    current,
    previous: activated.filter((authority) => authority !== current),
    expired: authorities.filter(({ notAfter }) => notAfter <= now),
  };
}

/** Made while the issuer's clock was ahead: until its beginning nobody would take what it signs. */
export function hasNotBegun({ notBefore }: AuthorityTimes, now: Date): boolean {
  return notBefore.getTime() - now.getTime() > clockDifferenceMsMax;
}

function canSign(authority: AuthorityTimes, now: Date): boolean {
  return authority.hasKey && !hasNotBegun(authority, now);
}

/** From when on the next authority may sign: whoever refreshes the bundle in time knows it by then. */
export function activationDueAt(next: AuthorityTimes, activationDelaySeconds: number): Date {
  return new Date(next.preparedAt.getTime() + activationDelaySeconds * 1000);
}

/** The lifetime of a new authority, in whole seconds as X.509 has them; backdated for clocks that lag. */
export function authorityLifetime(now: Date, ttlSeconds: number): { notBefore: Date; notAfter: Date } {
  const nowSeconds = Math.floor(now.getTime() / 1000);
  return {
    notBefore: new Date((nowSeconds - 1) * 1000),
    notAfter: new Date((nowSeconds + Math.max(2, Math.floor(ttlSeconds))) * 1000),
  };
}
