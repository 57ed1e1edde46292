import type { KeySetKind } from '@blastradius/contracts';
import { AuthorityMissing } from './authority.errors.ts';
import { authorityStates } from './authority-states.ts';
import * as steps from './authority-steps.ts';
import type { KeySetChange, StoredAuthority } from './authority-store.ts';
import type { KeySetView } from './key-set-steps.ts';

/**
 * A forced rotation as it is kept: first its keys are published, then they sign and their predecessors are
 * tainted. Each phase is one transaction, so that an issuer that dies leaves one or the other behind.
 */
export interface RotationOrder {
  readonly id: string;
  /** Which issuer took the order. */
  readonly orderedBy: string;
  /** By the database's clock, the one that all issuers share. */
  readonly orderedAt: Date;
  readonly activateAt: Date;
  /** Those that are to sign, by kind. */
  readonly authorityIds: Readonly<Partial<Record<KeySetKind, string>>>;
  /** `undone` where every key that was to sign was gone before its time: nothing was tainted then. */
  readonly phase: 'publishing' | 'done' | 'undone';
  readonly finishedAt: Date | null;
}

/** Whether its keys have been published for as long as was ordered. */
export function isDue({ phase, activateAt }: RotationOrder, at: Date): boolean {
  return phase === 'publishing' && activateAt <= at;
}

interface NewOrder extends Pick<RotationOrder, 'id' | 'orderedBy' | 'orderedAt'> {
  readonly publishSeconds: number;
}

/**
 * The first phase: publishes what is to sign. A key set that an open order has already is left to that one,
 * which is hurried on where the new order would wait for less time. Names every order that has to be waited for.
 */
export async function placeOrder(
  { publishSeconds, ...order }: NewOrder,
  keySets: readonly KeySetView[],
  known: readonly RotationOrder[],
): Promise<{ readonly keySets: readonly KeySetChange[]; readonly orders: readonly RotationOrder[] }> {
  const activateAt = new Date(order.orderedAt.getTime() + publishSeconds * 1000);
  const joined = known.filter(
    ({ phase, authorityIds }) => phase === 'publishing' && keySets.some(({ kind }) => kind in authorityIds),
  );
  const changes: KeySetChange[] = [];
  const authorityIds: Partial<Record<KeySetKind, string>> = {};
  for (const { kind, authorities, now, create } of keySets) {
    if (joined.some((open) => kind in open.authorityIds)) continue;
    const waiting = authorityStates(authorities, now).next ?? (await create(now));
    authorityIds[kind] = waiting.id;
    if (!authorities.includes(waiting)) changes.push({ kind, add: waiting });
  }
  const hurried = joined.map((open) => ({
    ...open,
    activateAt: open.activateAt < activateAt ? open.activateAt : activateAt,
  }));
  if (Object.keys(authorityIds).length === 0) return { keySets: changes, orders: hurried };
  const placed: RotationOrder = { ...order, activateAt, authorityIds, phase: 'publishing', finishedAt: null };
  return { keySets: changes, orders: [...hurried, placed] };
}

export interface FinishedRotation {
  readonly keySets: readonly KeySetChange[];
  readonly phase: 'done' | 'undone';
}

/** What is still to be done of an order that is due. Pure. */
export function finishRotation(
  { authorityIds }: RotationOrder,
  authorities: readonly StoredAuthority[],
  now: Date,
): FinishedRotation {
  const keySets: KeySetChange[] = [];
  let isDone = false;
  for (const [kind, id] of Object.entries(authorityIds) as [KeySetKind, string][]) {
    const keySet = authorities.filter((authority) => authority.kind === kind);
    try {
      const change = steps.activateAndTaint(keySet, now, id);
      if (change !== null) keySets.push({ ...change, kind });
      isDone = true;
    } catch (error) {
      // It was revoked, or has ended, while it waited: this key set stays as it is.
      if (!(error instanceof AuthorityMissing)) throw error;
    }
  }
  return { keySets, phase: isDone ? 'done' : 'undone' };
}
