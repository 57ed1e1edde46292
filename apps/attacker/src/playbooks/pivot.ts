import type { Answer } from '@blastradius/credentials';
import { isReadingDue } from '@blastradius/scenario';
import { z } from 'zod';
import type { Credential } from '../loot/credential.ts';
import { credentialsIn } from '../loot/credentials-in.ts';
import { type Held, type Holdings, ownersOfReusable } from '../loot/holdings.ts';
import { ActAsVictim, type Disguise } from './act-as-victim.ts';
import { noLoot } from './moltbook/read-table.ts';
import type { Thief } from './moltbook/thief.ts';

const letters = z.object({ messages: z.array(z.looseObject({ message: z.string() })) });

/**
 * A stolen credential is used to find more: as whoever it has opened the door for, the thief reads what that
 * one can read, and hands on the credentials that lie there.
 */
export class Pivot {
  readonly #thief: Thief;
  readonly #holdings: Holdings;
  readonly #found: (fresh: readonly Held[]) => void;
  readonly #act: ActAsVictim;
  readonly #lastReading = new Map<string, number>();

  constructor(thief: Thief, holdings: Holdings, found: (fresh: readonly Held[]) => void) {
    this.#thief = thief;
    this.#holdings = holdings;
    this.#found = found;
    this.#act = new ActAsVictim(thief.attempts);
  }

  /** The victim's credential has just been accepted. */
  opened(victim: string, disguise: () => Promise<Disguise>): void {
    const { agenda, tactics } = this.#thief;
    if (!isReadingDue(tactics, this.#lastReading.get(victim), agenda.nowMinute)) return;
    this.#lastReading.set(victim, agenda.nowMinute);
    agenda.at(agenda.nowMinute, async () => this.#readAs(await disguise()));
  }

  async #readAs(disguise: Disguise): Promise<void> {
    const { loot } = this.#thief;
    const fresh: Held[] = [];
    await this.#act.readAround(disguise, (answer) => {
      const { rows, credentials } = readIn(answer);
      const found = this.#holdings.take(credentials.filter((credential) => !loot.holds(credential)));
      fresh.push(...found);
      if (answer.outcome !== 'accepted') return {};
      const read = { ...noLoot, ...loot.takeMessages(rows), credentialsOf: ownersOfReusable(found) };
      return { rows: rows.length, loot: read };
    });
    if (fresh.length > 0) this.#found(fresh);
  }
}

/** What an answer holds: private messages, and what in it can be shown as an agent's. A refusal holds nothing. */
export function readIn({ outcome, body }: Pick<Answer, 'outcome' | 'body'>): {
  readonly rows: readonly unknown[];
  readonly credentials: readonly Credential[];
} {
  if (outcome !== 'accepted') return { rows: [], credentials: [] };
  const rows = letters.safeParse(body).data?.messages ?? [];
  return { rows, credentials: textsIn(body).flatMap(credentialsIn) };
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
