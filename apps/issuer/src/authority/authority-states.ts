/** What the lifecycle looks at; the states follow from it and the time, they are not stored. */
export interface AuthorityTimes {
  readonly id: string;
  readonly notAfter: Date;
  /** When it was first published in the bundle. */
  readonly preparedAt: Date;
  /** When it began to sign; null while it is only published. */
  readonly activatedAt: Date | null;
  /** Since when everything that it signed is to be replaced; null unless an operator said so. */
  readonly taintedAt: Date | null;
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
  const current = activated.find(({ taintedAt }) => taintedAt === null) ?? null;
  const waiting = alive
    .filter(({ activatedAt }) => activatedAt === null)
    .toSorted((a, b) => Number(b.preparedAt) - Number(a.preparedAt));
  return {
    next: waiting[0] ?? null,
    current,
    previous: activated.filter((authority) => authority !== current),
    expired: authorities.filter(({ notAfter }) => notAfter <= now),
  };
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
