import { createRandom } from '@blastradius/kernel';
import { orderTargets, type Scenario } from '@blastradius/scenario';

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
 * When the thief uses whose credential for what, until the end. Pure: the same victims and seed give
 * the same order. Round robin over the victims, each of them so many times an hour, as long as one
 * thief can keep that up.
 */
export function planUses(
  attack: Pick<Scenario['attack'], 'impersonationPerAgentPerHour' | 'impersonationPerHourMax'>,
  names: readonly string[],
  when: { readonly seed: string; readonly firstUseMinute: number; readonly endMinute: number },
): UsePlan {
  const victims = orderTargets(names, when.seed);
  const wanted = attack.impersonationPerAgentPerHour * Math.max(1, victims.length);
  const gapMinutes = 60 / Math.min(wanted, attack.impersonationPerHourMax);
  return {
    validations: victims.map((victim, index) => ({
      minute: when.firstUseMinute + index * gapMinutes,
      victim,
    })),
    // Half a step later, so that each credential has been looked at just before its first use.
    uses: takeTurns(victims, when.firstUseMinute + gapMinutes / 2, gapMinutes, when.endMinute),
  };
}

/** The moment of the first use: so long after the harvest as it takes thieves. */
export function firstUseAfter(
  harvestMinute: number,
  { firstUse }: Pick<Scenario['attack'], 'firstUse'>,
  seed: string,
): number {
  const delay = createRandom(`${seed}/first-use`).logNormal(firstUse.medianMinutes, firstUse.sigma);
  return harvestMinute + Math.max(firstUse.minMinutes, delay);
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
  victims: readonly string[],
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
      other: otherThan(victims, position, round),
      // Each victim meets every way in turn; from victim to victim other uses meet other ways.
      turn: step + position,
    };
  }
}

function otherThan(victims: readonly string[], position: number, round: number): string | null {
  if (victims.length < 2) return null;
  return victims[(position + 1 + (round % (victims.length - 1))) % victims.length] ?? null;
}
