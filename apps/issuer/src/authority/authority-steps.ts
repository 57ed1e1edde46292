import { AuthorityMissing, AuthorityNotPrepared, AuthorityWithoutPredecessor } from './authority.errors.ts';
import { activationDueAt, authorityStates, hasNotBegun } from './authority-states.ts';
import type { AuthorityChange, StoredAuthority } from './authority-store.ts';

/** Makes an authority at `now`, which only waits. */
export type CreateAuthority = (now: Date) => Promise<StoredAuthority>;

export type AuthorityList = readonly StoredAuthority[];
type Step = Promise<AuthorityChange | null> | AuthorityChange | null;

/** Someone must sign: whoever waits, or else a new authority, which nobody could know ahead. */
export function ensureCurrent(authorities: AuthorityList, now: Date, create: CreateAuthority): Step {
  if (authorityStates(authorities, now).current !== null) return null;
  return successor(authorities, now, create);
}

/** Whoever waits signs from now on, or else a new authority, which nobody could know ahead. */
export async function successor(
  authorities: AuthorityList,
  now: Date,
  create: CreateAuthority,
): Promise<AuthorityChange> {
  const { next } = authorityStates(authorities, now);
  if (next !== null) return activation(authorities, now, next.id);
  const add = await create(now);
  return { add, ...activation(authorities, now, add.id) };
}

/** Publishes the next authority; one that waits already is enough. */
export function prepareNext(authorities: AuthorityList, now: Date, create: CreateAuthority): Step {
  if (authorityStates(authorities, now).next !== null) return null;
  return create(now).then((add) => ({ add }));
}

/** As `prepareNext`, unless the newest authority is younger than half of the rotation's period. */
export function prepareDue(
  authorities: AuthorityList,
  now: Date,
  create: CreateAuthority,
  rotationSeconds: number,
): Step {
  // The queue's ticks come early after a restart; half a period tells them from the due ones.
  if (newestAgeMs(authorities, now) < (rotationSeconds * 1000) / 2) return null;
  return prepareNext(authorities, now, create);
}

/** How long ago the newest authority was made, of those that have begun. */
export function newestAgeMs(authorities: AuthorityList, now: Date): number {
  const begun = authorities.filter((authority) => !hasNotBegun(authority, now));
  return now.getTime() - Math.max(0, ...begun.map(({ preparedAt }) => preparedAt.getTime()));
}

/** On an operator's word: the next authority signs from now on, however short it was published. */
export function activateNext(authorities: AuthorityList, now: Date): AuthorityChange {
  const { next } = authorityStates(authorities, now);
  if (next === null) throw new AuthorityNotPrepared();
  return activation(authorities, now, next.id);
}

/** On schedule: the next authority signs once it has been published for long enough. */
export function activateDue(
  authorities: AuthorityList,
  now: Date,
  activationDelaySeconds: number,
): AuthorityChange | null {
  const { next } = authorityStates(authorities, now);
  if (next === null || activationDueAt(next, activationDelaySeconds) > now) return null;
  return activation(authorities, now, next.id);
}

/**
 * The end of a forced rotation: the authority signs from now on, unless it does already, and what its
 * predecessors have signed is replaced; both in one step, so that no key is left half replaced.
 */
export function activateAndTaint(authorities: AuthorityList, now: Date, id: string): AuthorityChange | null {
  const authority = authorities.find((one) => one.id === id && one.notAfter > now);
  if (authority === undefined) throw new AuthorityMissing('the authority that was to sign is gone');
  const cannotSign = !authority.hasKey || hasNotBegun(authority, now);
  if (authority.activatedAt === null && cannotSign) {
    throw new AuthorityMissing('the authority that was to sign can not sign yet');
  }
  const change: AuthorityChange = authority.activatedAt === null ? activation(authorities, now, id) : {};
  const since = change.activate?.at ?? authority.activatedAt ?? now;
  const ids = authorities
    .filter(({ activatedAt, taintedAt }) => activatedAt !== null && activatedAt < since && taintedAt === null)
    .map((one) => one.id);
  const taint = ids.length === 0 ? {} : { taint: { ids, at: now } };
  return change.activate === undefined && ids.length === 0 ? null : { ...change, ...taint };
}

/**
 * Who was activated last signs, so that it is later than all before it: also where the clock was set back
 * meanwhile. Otherwise a predecessor would be left to sign, whose key is gone.
 */
function activation(
  authorities: AuthorityList,
  now: Date,
  id: string,
): Required<Pick<AuthorityChange, 'activate'>> {
  const latestMs = Math.max(...authorities.map(({ activatedAt }) => activatedAt?.getTime() ?? 0));
  return { activate: { id, at: new Date(Math.max(now.getTime(), latestMs + 1)) } };
}

/** Has everything replaced that predecessors of the current authority have signed. */
export function taintPrevious(authorities: AuthorityList, now: Date): AuthorityChange | null {
  const { previous } = authorityStates(authorities, now);
  if (previous.length === 0) throw new AuthorityWithoutPredecessor();
  const ids = previous.filter(({ taintedAt }) => taintedAt === null).map(({ id }) => id);
  return ids.length === 0 ? null : { taint: { ids, at: now } };
}

/** Takes authorities out of the bundle that have come to their end. */
export function retireExpired(authorities: AuthorityList, now: Date): AuthorityChange | null {
  const { expired } = authorityStates(authorities, now);
  return expired.length === 0 ? null : { remove: expired.map(({ id }) => id) };
}
