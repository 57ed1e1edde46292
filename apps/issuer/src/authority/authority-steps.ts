import { AuthorityMissing, AuthorityNotPrepared, AuthorityWithoutPredecessor } from './authority.errors.ts';
import { activationDueAt, authorityStates } from './authority-states.ts';
import type { AuthorityChange, StoredAuthority } from './authority-store.ts';

/** Makes an authority at `now`; `activatedAt` says whether it signs at once. */
export type CreateAuthority = (now: Date, activatedAt: Date | null) => Promise<StoredAuthority>;

type Authorities = readonly StoredAuthority[];
type Step = Promise<AuthorityChange | null> | AuthorityChange | null;

/** Someone must sign: whoever waits, or else a new authority, which nobody could know ahead. */
export function ensureCurrent(authorities: Authorities, now: Date, create: CreateAuthority): Step {
  const { current, next } = authorityStates(authorities, now);
  if (current !== null) return null;
  if (next !== null) return activation(authorities, now, next.id);
  return create(now, now).then((add) => ({ add }));
}

/** Publishes the next authority; one that waits already is enough. */
export function prepareNext(authorities: Authorities, now: Date, create: CreateAuthority): Step {
  if (authorityStates(authorities, now).next !== null) return null;
  return create(now, null).then((add) => ({ add }));
}

/** As `prepareNext`, unless the newest authority is younger than half of the rotation's period. */
export function prepareDue(
  authorities: Authorities,
  now: Date,
  create: CreateAuthority,
  rotationSeconds: number,
): Step {
  const newestMs = Math.max(0, ...authorities.map(({ preparedAt }) => preparedAt.getTime()));
  // The queue's ticks come early after a restart; half a period tells them from the due ones.
  if (now.getTime() - newestMs < (rotationSeconds * 1000) / 2) return null;
  return prepareNext(authorities, now, create);
}

/** On an operator's word: the next authority signs from now on, however short it was published. */
export function activateNext(authorities: Authorities, now: Date): AuthorityChange {
  const { next } = authorityStates(authorities, now);
  if (next === null) throw new AuthorityNotPrepared();
  return activation(authorities, now, next.id);
}

/** On schedule: the next authority signs once it has been published for long enough. */
export function activateDue(
  authorities: Authorities,
  now: Date,
  activationDelaySeconds: number,
): AuthorityChange | null {
  const { next } = authorityStates(authorities, now);
  if (next === null || activationDueAt(next, activationDelaySeconds) > now) return null;
  return activation(authorities, now, next.id);
}

/** One authority, known by its id, signs from now on; null where it does already. */
export function activateThis(authorities: Authorities, now: Date, id: string): AuthorityChange | null {
  const authority = authorities.find((one) => one.id === id);
  if (authority === undefined) throw new AuthorityMissing('the authority that was to sign has ended');
  return authority.activatedAt === null ? activation(authorities, now, id) : null;
}

/**
 * Who was activated last signs, so that it is later than all before it: also where the clock was set back
 * meanwhile. Otherwise a predecessor would be left to sign, whose key is gone.
 */
function activation(authorities: Authorities, now: Date, id: string): AuthorityChange {
  const latestMs = Math.max(...authorities.map(({ activatedAt }) => activatedAt?.getTime() ?? 0));
  return { activate: { id, at: new Date(Math.max(now.getTime(), latestMs + 1)) } };
}

/** Has everything replaced that predecessors of the current authority have signed. */
export function taintPrevious(authorities: Authorities, now: Date): AuthorityChange | null {
  const { previous } = authorityStates(authorities, now);
  if (previous.length === 0) throw new AuthorityWithoutPredecessor();
  const ids = previous.filter(({ taintedAt }) => taintedAt === null).map(({ id }) => id);
  return ids.length === 0 ? null : { taint: { ids, at: now } };
}

/** Takes authorities out of the bundle that have come to their end. */
export function retireExpired(authorities: Authorities, now: Date): AuthorityChange | null {
  const { expired } = authorityStates(authorities, now);
  return expired.length === 0 ? null : { remove: expired.map(({ id }) => id) };
}
