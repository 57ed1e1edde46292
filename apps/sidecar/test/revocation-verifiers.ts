import { setTimeout as wait } from 'node:timers/promises';

/** Resolves where what was shown is taken, rejects where it is refused. */
export type Verifier = () => Promise<unknown>;

export interface Acceptances {
  /** Epoch milliseconds; 0 where it never was. */
  readonly lastAcceptedAtMs: number;
  readonly accepted: number;
  readonly refused: number;
}

const everyMs = 40;

/** Shows one thing to one verifier, again and again, until it is stopped. */
export function keepShowing(verifier: Verifier): {
  now: () => Acceptances;
  stop: () => Promise<Acceptances>;
} {
  let stopped = false;
  const seen = { lastAcceptedAtMs: 0, accepted: 0, refused: 0 };
  const showing = (async () => {
    while (!stopped) {
      try {
        await verifier();
        // Only now is it sure that it was taken; it may have been judged a little before.
        seen.lastAcceptedAtMs = Date.now();
        seen.accepted += 1;
      } catch {
        seen.refused += 1;
      }
      await wait(everyMs);
    }
  })();
  return {
    now: () => ({ ...seen }),
    stop: async () => {
      stopped = true;
      await showing;
      return { ...seen };
    },
  };
}
