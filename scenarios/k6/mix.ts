/** What a load agent does in one request. */
export type Action = 'read-feed' | 'dm-check' | 'upvote' | 'comment' | 'post' | 'dm-send';

/** How often an agent does it in a heartbeat, in the words of a scenario's `behaviour`. */
export interface ActionWeights {
  readonly readFeed: number;
  readonly checkDms: number;
  readonly upvote: number;
  readonly comment: number;
  readonly post: number;
  readonly dm: number;
}

/** As moltbook-key-leak has them; `blastradius load` gives those of the scenario that it runs. */
export const incidentWeights: ActionWeights = {
  readFeed: 1,
  checkDms: 0.8,
  upvote: 0.6,
  comment: 0.5,
  post: 0.35,
  dm: 0.25,
};

/** The n-th time that this action is taken, counted from 0. */
export interface Turn {
  readonly action: Action;
  readonly occurrence: number;
}

const CARDS_PER_WEIGHT = 20;

/**
 * Deals actions from one shuffled deck, over and over: any stretch of iterations has the mix that the
 * weights give, both arms get the same one, and who knows an iteration's number knows its action.
 */
export function createMix(weights: ActionWeights, seed: string): (iteration: number) => Turn {
  const cards = (action: Action, weight: number): Action[] =>
    Array.from({ length: Math.round(weight * CARDS_PER_WEIGHT) }, () => action);
  const deck = shuffled(
    [
      ...cards('read-feed', weights.readFeed),
      ...cards('dm-check', weights.checkDms),
      ...cards('upvote', weights.upvote),
      ...cards('comment', weights.comment),
      ...cards('post', weights.post),
      ...cards('dm-send', weights.dm),
    ],
    seed,
  );
  const inDeck = new Map<Action, number>();
  const slots = deck.map((action): Turn => {
    const occurrence = inDeck.get(action) ?? 0;
    inDeck.set(action, occurrence + 1);
    return { action, occurrence };
  });
  return (iteration) => {
    const slot = slots[iteration % slots.length];
    if (!slot) throw new RangeError('the weights give no action at all');
    const decks = Math.floor(iteration / slots.length);
    return { action: slot.action, occurrence: decks * (inDeck.get(slot.action) ?? 0) + slot.occurrence };
  };
}

/** Fisher-Yates with a small generator (mulberry32), since k6 has no seeded one. */
function shuffled<T>(items: readonly T[], seed: string): T[] {
  let state = 2166136261;
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}
