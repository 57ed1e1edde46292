import type { Answer } from '@blastradius/credentials';
import { ActAsVictim, type Disguise } from '../act-as-victim.ts';
import type { Pivot } from '../pivot.ts';
import type { Backup } from './careless-backup.ts';
import type { PlannedUse } from './plan-uses.ts';
import type { Thief } from './thief.ts';
import { type Way, wayOfBackup, waysToPresent } from './ways-to-present.ts';

const REFUSED_FOR_GOOD = new Set([401, 403]);

/** Shows up at the network as somebody else, with whatever the loot has for them. */
export class UseLoot {
  readonly #thief: Thief;
  readonly #act: ActAsVictim;
  readonly #givenUp = new Set<string>();
  readonly #pivot: Pivot;
  #backup: Backup | undefined;

  constructor(thief: Thief, pivot: Pivot) {
    this.#thief = thief;
    this.#pivot = pivot;
    this.#act = new ActAsVictim(thief.attempts);
  }

  /** An agent's identity has turned up in a backup: does it still work? */
  async takeBackup(backup: Backup): Promise<void> {
    this.#backup = backup;
    const victim = this.#thief.loot.takeIdentity(backup.spiffeId);
    // One who keeps to a few victims takes up no other.
    if (this.#thief.tactics.victimsMax < Number.POSITIVE_INFINITY) return;
    await this.#validate(victim, wayOfBackup(backup));
  }

  /** Does what was stolen from the victim open the door? */
  async validate({ victim }: { readonly victim: string }): Promise<void> {
    const [way] = this.#ways(victim);
    if (way) await this.#validate(victim, way);
  }

  async #validate(victim: string, way: Way): Promise<void> {
    this.#note(victim, way, await this.#act.validate(await this.#disguise(victim, way)));
  }

  async impersonate({ victim, use, other, turn }: PlannedUse): Promise<void> {
    const ways = this.#ways(victim);
    const way = ways[turn % ways.length];
    if (!way || this.#givenUp.has(`${victim} ${way.presented}`)) return;
    this.#note(victim, way, await this.#act.impersonate(await this.#disguise(victim, way), use, other));
  }

  #ways(victim: string): Way[] {
    const row = this.#thief.loot.agents.get(victim);
    return row ? waysToPresent(row, this.#backup) : [];
  }

  async #disguise(victim: string, way: Way): Promise<Disguise> {
    return { victim, presented: way.presented, client: await this.#thief.clients.of(way) };
  }

  #note(victim: string, way: Way, answer: Answer | undefined): void {
    const { presented } = way;
    if (answer?.outcome === 'accepted') this.#pivot.opened(victim, () => this.#disguise(victim, way));
    const isFinal = answer?.outcome === 'refused' && REFUSED_FOR_GOOD.has(answer.status ?? 401);
    if (isFinal && this.#thief.attack.patience === 'until-first-refusal') {
      this.#givenUp.add(`${victim} ${presented}`);
    }
  }
}
