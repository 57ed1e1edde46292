import type { LeakAct, Taking } from './leak-act.ts';

/** Several ways into the same place: one of them a look, so that no look takes long. */
export function inTurn(ways: readonly LeakAct[]): LeakAct {
  let ahead: LeakAct[] = [];
  return {
    look: async (): Promise<Taking> => {
      if (ahead.length === 0) ahead = [...ways];
      const [way, ...others] = ahead;
      if (way === undefined) return { credentials: [] };
      // Whatever comes of it, the next look is another way's.
      ahead = others;
      const taking = await way.look();
      if (taking.hasMore) ahead = [...others, way];
      return { ...taking, hasMore: ahead.length > 0 };
    },
    close: async () => void (await Promise.all(ways.map((way) => way.close?.()))),
  };
}
