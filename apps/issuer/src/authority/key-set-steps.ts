import type { KeySetKind } from '@blastradius/contracts';
import { DomainError } from '@blastradius/kernel';
import type { CreateAuthority } from './authority-steps.ts';
import type { AuthorityChange, KeySetChange, StoredAuthority } from './authority-store.ts';
import { keyIdOf } from './key-id.ts';

/** One key set as a step sees it. */
export interface KeySetView {
  readonly kind: KeySetKind;
  readonly authorities: readonly StoredAuthority[];
  readonly now: Date;
  /** Makes an authority of this kind. */
  readonly create: CreateAuthority;
}

export type DecideStep = (keySet: KeySetView) => Promise<AuthorityChange | null> | AuthorityChange | null;

/**
 * Takes a step for several key sets at once. A set that has nothing to take it with (nothing prepared,
 * no predecessor) is passed over; where that is so of all of them, the order is refused as for one.
 */
export async function stepEach(keySets: readonly KeySetView[], decide: DecideStep): Promise<KeySetChange[]> {
  const changes: KeySetChange[] = [];
  const refusals: DomainError[] = [];
  for (const keySet of keySets) {
    try {
      const change = await decide(keySet);
      if (change !== null) changes.push({ ...change, kind: keySet.kind });
    } catch (error) {
      if (!(error instanceof DomainError) || error.category !== 'conflict') throw error;
      refusals.push(error);
    }
  }
  if (refusals.length === keySets.length && refusals[0] !== undefined) throw refusals[0];
  return changes;
}

/** The key sets that have this key; all of them where it is in none, or where no key is named. */
export function keySetsWith(
  keySets: readonly KeySetView[],
  keyId: string | undefined,
): readonly KeySetView[] {
  const having = keySets.filter(({ authorities }) => authorities.some((one) => keyIdOf(one) === keyId));
  return having.length === 0 ? keySets : having;
}
