import { agentOf, type Credential, doorOf, identityOf, isReusable } from './credential.ts';

/** So that a log without end doesn't fill a thief's memory. */
const KEPT_FOR_ONE = 12;

/** What a credential is shown for. */
export type Use = 'reading' | 'writing';

/** A credential in the thief's hands. */
export interface Held {
  readonly id: string;
  readonly credential: Credential;
  /** Whose it is; null as long as nobody has said. */
  readonly agent: string | null;
}

/** Each agent once of whom there is something that authenticates by itself. */
export function ownersOfReusable(held: readonly Held[]): string[] {
  const now = new Date();
  const owners = held.flatMap(({ credential, agent }) =>
    agent !== null && isReusable(credential, now) ? [agent] : [],
  );
  return [...new Set(owners)];
}

/** All that the thief holds, by whose it is; of one agent's the newest come first. */
export class Holdings {
  readonly #byOwner = new Map<string, Held[]>();
  readonly #seen = new Set<string>();
  readonly #refused = new Map<string, ReadonlySet<Use>>();
  /** What doors open to, or have refused so far. */
  readonly #doors = new Map<string, 'open' | 'closed'>();

  /** Takes credentials in; returns those that are new. */
  take(credentials: readonly Credential[]): Held[] {
    return credentials.flatMap((credential) => {
      const id = identityOf(credential);
      if (this.#seen.has(id)) return [];
      this.#seen.add(id);
      const held = { id, credential, agent: agentOf(credential) ?? null };
      this.#keep(held);
      return [held];
    });
  }

  /** The network has said whose it is. */
  learn({ id, credential }: Held, agent: string): void {
    const others = this.#byOwner.get(id);
    if (others) this.#byOwner.delete(id);
    this.#keep({ id, credential, agent });
  }

  /** It is not shown again as long as there is something better; where it was only not good for this use, not for this use. */
  refused({ id, credential }: Held, use?: Use): void {
    const uses = use === undefined ? (['reading', 'writing'] as const) : [use];
    this.#refused.set(id, new Set([...(this.#refused.get(id) ?? []), ...uses]));
    const door = doorOf(credential);
    if (!this.#doors.has(door)) this.#doors.set(door, 'closed');
  }

  /** What is like it is shown before all else from now on. */
  accepted({ credential }: Held): void {
    this.#doors.set(doorOf(credential), 'open');
  }

  /** Agents; and credentials of which nobody has said whose they are, each for itself. */
  get owners(): string[] {
    return [...this.#byOwner.keys()];
  }

  has(owner: string): boolean {
    return this.#byOwner.has(owner);
  }

  /**
   * What to show next for this owner: the newest that should work, of a kind that has been taken, or else of
   * one that has not been refused yet; where nothing should, everything in turn.
   */
  choose(owner: string, turn: number, use: Use = 'writing'): Held | undefined {
    const all = this.#byOwner.get(owner) ?? [];
    const now = new Date();
    const untried = all.filter((held) => !this.#refused.get(held.id)?.has(use));
    const [good] = untried
      .filter((held) => isReusable(held.credential, now))
      .toSorted((a, b) => this.#doubtIn(a) - this.#doubtIn(b));
    if (good) return good;
    const rest = untried.length > 0 ? untried : all;
    return rest[turn % Math.max(1, rest.length)];
  }

  #doubtIn({ credential }: Held): number {
    const door = this.#doors.get(doorOf(credential));
    return door === 'open' ? 0 : door === undefined ? 1 : 2;
  }

  #keep(held: Held): void {
    const owner = held.agent ?? held.id;
    const others = (this.#byOwner.get(owner) ?? []).filter(({ id }) => id !== held.id);
    this.#byOwner.set(owner, [held, ...others].slice(0, KEPT_FOR_ONE));
  }
}
