import type { Scenario } from '../loading/load-scenario.ts';

const FEW_VICTIMS = 3;
/** A use may be two requests: at a tenth of what the agent itself sends, that is a fifth of it. */
const SLOW_SHARE = 0.1;
const TOLERANCE_MINUTES = 1e-6;

/** A strategy in numbers: what the plan of impersonations is made of. */
export interface Tactics {
  /** In whose names it acts, at most; Infinity where all are good. */
  readonly victimsMax: number;
  readonly perVictimPerHour: number;
  readonly perHourMax: number;
  /** Whether looking at a credential takes a turn like any use, and nobody is heard from twice between turns. */
  readonly isSpaced: boolean;
  /** Nothing is used sooner than so long after it was taken. */
  readonly waitMinutes: number;
  /** Whether it goes back to the leak once it has something. */
  readonly takesAgain: boolean;
  /** How often it reads what a victim can read; null where it never does. */
  readonly readsEveryMinutes: number | null;
  readonly throughHoleWritesPerHour: number;
}

/** Pure. Without a strategy in the file, everyone in turn. */
export function tacticsOf({
  attack,
  behaviour,
  rateLimits,
}: Pick<Scenario, 'attack' | 'behaviour' | 'rateLimits'>): Tactics {
  const inTurn: Tactics = {
    victimsMax: Number.POSITIVE_INFINITY,
    perVictimPerHour: attack.impersonationPerAgentPerHour,
    perHourMax: attack.impersonationPerHourMax,
    isSpaced: false,
    waitMinutes: 0,
    takesAgain: true,
    readsEveryMinutes: null,
    throughHoleWritesPerHour: attack.throughHoleWritesPerHour,
  };
  switch (attack.strategy) {
    case 'round-robin':
      return inTurn;
    case 'spray':
      return { ...inTurn, perVictimPerHour: rateLimits.requestsPerMinute * 60 };
    case 'low-and-slow':
      return {
        ...inTurn,
        victimsMax: FEW_VICTIMS,
        perVictimPerHour: Math.min(inTurn.perVictimPerHour, SLOW_SHARE * honestRequestsPerHour(behaviour)),
        isSpaced: true,
        // What is rewritten through a hole is anybody's, and stands there for all to see.
        throughHoleWritesPerHour: 0,
      };
    case 'pivot':
      return { ...inTurn, readsEveryMinutes: attack.reharvestEveryMinutes };
    case 'wait-and-see':
      return { ...inTurn, waitMinutes: attack.waitMinutes, takesAgain: false };
  }
}

/** What an honest agent sends at the least, on average: a heartbeat, with each request as likely as it is. */
export function honestRequestsPerHour(behaviour: Scenario['behaviour']): number {
  const { heartbeatsPerHour, readFeed, checkDms, post, comment, upvote, dm } = behaviour;
  return heartbeatsPerHour * (readFeed + checkDms + post + comment + upvote + dm);
}

/** Minutes from one use to the next, whoever's it is. */
export function gapMinutes(
  { perVictimPerHour, perHourMax }: Pick<Tactics, 'perVictimPerHour' | 'perHourMax'>,
  victims: number,
): number {
  return 60 / Math.min(perVictimPerHour * Math.max(1, victims), perHourMax);
}

/** Minutes from the first look at a credential to the first use. */
export function firstTurnMinutes(
  tactics: Pick<Tactics, 'perVictimPerHour' | 'perHourMax' | 'isSpaced'>,
  victims: number,
): number {
  const gap = gapMinutes(tactics, victims);
  // Half a step later, so that each credential has been looked at just before its first use.
  return tactics.isSpaced ? gap * Math.max(1, victims) : gap / 2;
}

/** Who of those that the thief could be now, in its order, is looked at; `known` are its victims already. */
export function victimsAmong(
  { victimsMax }: Pick<Tactics, 'victimsMax'>,
  known: ReadonlySet<string>,
  candidates: readonly string[],
): string[] {
  if (victimsMax === Number.POSITIVE_INFINITY) return [...candidates];
  return candidates.filter((name) => !known.has(name)).slice(0, Math.max(0, victimsMax - known.size));
}

/** Whether a victim may be heard from again. */
export function isTurnDue(
  { isSpaced, perVictimPerHour }: Pick<Tactics, 'isSpaced' | 'perVictimPerHour'>,
  lastMinute: number | undefined,
  nowMinute: number,
): boolean {
  if (!isSpaced || lastMinute === undefined) return true;
  return nowMinute - lastMinute >= 60 / perVictimPerHour - TOLERANCE_MINUTES;
}

/** Whether it is time to read, as a victim whose credential has just been accepted, what that one can read. */
export function isReadingDue(
  { readsEveryMinutes }: Pick<Tactics, 'readsEveryMinutes'>,
  lastMinute: number | undefined,
  nowMinute: number,
): boolean {
  if (readsEveryMinutes === null) return false;
  return lastMinute === undefined || nowMinute - lastMinute >= readsEveryMinutes;
}
