import { createRandom } from '@blastradius/kernel';
import {
  firstTurnMinutes,
  gapMinutes,
  orderTargets,
  type Scenario,
  type Tactics,
  victimsAmong,
} from '@blastradius/scenario';

/** What a thief does in a victim's name. */
export const uses = ['post', 'dm-request', 'edit-profile', 'lure', 'dm-send'] as const;
export type Use = (typeof uses)[number];

export interface PlannedUse {
  readonly minute: number;
  readonly victim: string;
  readonly use: Use;
  /** Whom a message goes to; null where the thief knows nobody else. */
  readonly other: string | null;
  /** Counts up: which of the ways to present is whose turn. */
  readonly turn: number;
}

export interface UsePlan {
  /** Each victim once, at the pace of the uses: does what was stolen work? */
  readonly validations: Iterable<{ readonly minute: number; readonly victim: string }>;
  readonly uses: Iterable<PlannedUse>;
}

/**
 * When the thief uses whose credential for what, until the end. Pure: the same victims, seed and tactics give
 * the same order. Round robin over the victims, each of them so many times an hour, as long as one
 * thief can keep that up.
 */
export function planUses(
  tactics: Pick<Tactics, 'victimsMax' | 'perVictimPerHour' | 'perHourMax' | 'isSpaced'>,
  names: readonly string[],
  when: { readonly seed: string; readonly firstUseMinute: number; readonly endMinute: number },
): UsePlan {
  const known = orderTargets(names, when.seed);
  const victims = victimsAmong(tactics, new Set(), known);
  const gap = gapMinutes(tactics, victims.length);
  return {
    validations: victims.map((victim, index) => ({ minute: when.firstUseMinute + index * gap, victim })),
    uses: takeTurns(
      { victims, known },
      when.firstUseMinute + firstTurnMinutes(tactics, victims.length),
      gap,
      when.endMinute,
    ),
  };
}

/** The moment of the first use: so long after the harvest as it takes thieves, or as this one waits. */
export function firstUseAfter(
  harvestMinute: number,
  { firstUse }: Pick<Scenario['attack'], 'firstUse'>,
  seed: string,
  { waitMinutes }: Pick<Tactics, 'waitMinutes'>,
): number {
  const delay = createRandom(`${seed}/first-use`).logNormal(firstUse.medianMinutes, firstUse.sigma);
  return harvestMinute + Math.max(firstUse.minMinutes, delay, waitMinutes);
}

/** Evenly spread minutes of something that happens `perHour` times. */
export function* everySoOften(fromMinute: number, perHour: number, endMinute: number) {
  if (perHour <= 0) return;
  for (let count = 0; ; count++) {
    const minute = fromMinute + (count * 60) / perHour;
    if (minute >= endMinute) return;
    yield { minute };
  }
}

function* takeTurns(
  { victims, known }: { readonly victims: readonly string[]; readonly known: readonly string[] },
  firstMinute: number,
  gapMinutes: number,
  endMinute: number,
): Generator<PlannedUse> {
  if (victims.length === 0) return;
  for (let count = 0; ; count++) {
    const minute = firstMinute + count * gapMinutes;
    if (minute >= endMinute) return;
    const position = count % victims.length;
    const round = Math.floor(count / victims.length);
    const step = position + round;
    yield {
      minute,
      victim: victims[position] ?? '',
      use: uses[step % uses.length] ?? 'post',
      other: otherThan(known, position, round),
      // Each victim meets every way in turn; from victim to victim other uses meet other ways.
      turn: step + position,
    };
  }
}

/** The victims are the first of those that the thief knows. */
function otherThan(known: readonly string[], position: number, round: number): string | null {
  if (known.length < 2) return null;
  return known[(position + 1 + (round % (known.length - 1))) % known.length] ?? null;
}
