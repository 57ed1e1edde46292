import { authorityStates } from './authority-states.ts';
import { type CreateAuthority, successor } from './authority-steps.ts';
import type { AuthorityChange, StoredAuthority } from './authority-store.ts';
import { keyIdOf } from './key-id.ts';
import {
  AuthorityCurrent,
  AuthorityUnknown,
  AuthorityUntainted,
  NothingTainted,
} from './revocation.errors.ts';

export interface RevocationOrder {
  /** One authority of any state; all tainted ones where it is left out. */
  readonly keyId?: string | undefined;
  /** Also what was not tainted before: its honest holders are refused until they have something new. */
  readonly force: boolean;
}

interface Revocation {
  readonly authorities: readonly StoredAuthority[];
  readonly now: Date;
  readonly create: CreateAuthority;
  readonly order: RevocationOrder;
}

/**
 * Takes authorities out of the bundle at once, so that nothing that they have signed is taken any more. As in
 * SPIRE only what was tainted may go, unless it is forced; where that takes away who signs, its
 * successor signs from the same step on.
 */
export async function revoke({ authorities, now, create, order }: Revocation): Promise<AuthorityChange> {
  const { current, next } = authorityStates(authorities, now);
  const revoked = chosen(authorities, now, order);
  if (!order.force) for (const authority of revoked) checkTainted(authority, current, next);
  const change = { revoke: { ids: revoked.map(({ id }) => id), at: now } };
  if (current === null || !revoked.includes(current)) return change;
  const staying = authorities.filter((authority) => !revoked.includes(authority));
  // It has to be later than the one that goes: an older release that still holds that one must not prefer it.
  return { ...(await successor([...staying, current], now, create)), ...change };
}

function chosen(
  authorities: readonly StoredAuthority[],
  now: Date,
  { keyId, force }: RevocationOrder,
): readonly StoredAuthority[] {
  if (keyId !== undefined) {
    const named = authorities.filter((authority) => keyIdOf(authority) === keyId);
    if (named.length === 0) throw new AuthorityUnknown(keyId);
    return named;
  }
  const { previous } = authorityStates(authorities, now);
  const revoked = previous.filter(({ taintedAt }) => force || taintedAt !== null);
  if (revoked.length === 0) throw new NothingTainted();
  return revoked;
}

function checkTainted(
  authority: StoredAuthority,
  current: StoredAuthority | null,
  next: StoredAuthority | null,
): void {
  if (authority.taintedAt !== null) return;
  if (authority === current || authority === next) throw new AuthorityCurrent();
  throw new AuthorityUntainted();
}
