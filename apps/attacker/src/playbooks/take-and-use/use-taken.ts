import type { Answer } from '@blastradius/credentials';
import { createRandom } from '@blastradius/kernel';
import { firstTurnMinutes, gapMinutes, isTurnDue, orderTargets, victimsAmong } from '@blastradius/scenario';
import { z } from 'zod';
import { presentNothing } from '../../engine/thief-fetch.ts';
import { presentedAs, type RecordedRequest } from '../../loot/credential.ts';
import type { CredentialClients } from '../../loot/credential-clients.ts';
import type { Held, Holdings, Use } from '../../loot/holdings.ts';
import { replayOf, sendAgain } from '../../loot/replay.ts';
import { ActAsVictim, type Disguise } from '../act-as-victim.ts';
import { uses } from '../moltbook/plan-uses.ts';
import { noLoot } from '../moltbook/read-table.ts';
import { partOf } from '../moltbook/techniques.ts';
import type { Thief } from '../moltbook/thief.ts';
import { Pivot } from '../pivot.ts';

/** Of whoever is known to the door, and may not do this. */
const FORBIDDEN = 403;
const REFUSED_FOR_GOOD = new Set([401, FORBIDDEN]);
const me = z.object({ agent: z.object({ name: z.string() }) });

/** Uses what the thief holds, round robin over whose it is, as its tactics say. */
export class UseTaken {
  /** Where the credential that is shown may lead to others, which are used as well. */
  readonly pivot: Pivot;
  readonly #thief: Thief;
  readonly #holdings: Holdings;
  readonly #clients: CredentialClients;
  readonly #act: ActAsVictim;
  readonly #anonymous = presentNothing();
  readonly #givenUp = new Set<string>();
  readonly #victims = new Set<string>();
  readonly #lastTurn = new Map<string, number>();
  #order: string[] = [];
  #turn = 0;
  #isUsing = false;

  constructor(thief: Thief, holdings: Holdings, clients: CredentialClients) {
    this.#thief = thief;
    this.#holdings = holdings;
    this.#clients = clients;
    this.#act = new ActAsVictim(thief.attempts);
    this.pivot = new Pivot(thief, holdings, (fresh) => this.add(fresh, thief.agenda.nowMinute));
  }

  close(): Promise<void> {
    return this.#anonymous.close();
  }

  /** Looks at one of each owner’s new credentials from that minute on, and uses them from then to the end. */
  add(fresh: readonly Held[], fromMinute: number): void {
    const { agenda, seed, tactics } = this.#thief;
    const owners = new Set(fresh.map(({ agent, id }) => agent ?? id));
    const order = orderTargets([...owners], `${seed}/${this.#order.length}`);
    const victims = victimsAmong(tactics, this.#victims, order);
    for (const victim of victims) this.#victims.add(victim);
    const gap = gapMinutes(tactics, victims.length);
    const dues = victims.map((owner, index) => ({ owner, minute: fromMinute + index * gap }));
    // By then it may be known what is not worth a try.
    agenda.each(dues, async ({ owner }) => {
      const held = this.#holdings.choose(owner, 0, 'reading');
      if (held) await this.#validate(held);
    });
    if (this.#isUsing) return;
    this.#isUsing = true;
    agenda.at(fromMinute + firstTurnMinutes(tactics, victims.length), () => this.#useNext());
  }

  async #useNext(): Promise<void> {
    const { agenda, tactics } = this.#thief;
    const owners = this.#owners().filter((name) => this.#victims.has(name));
    const owner = owners[this.#turn % Math.max(1, owners.length)];
    agenda.at(agenda.nowMinute + gapMinutes(tactics, owners.length), () => this.#useNext());
    if (owner === undefined) return;
    const position = this.#turn % owners.length;
    const step = position + Math.floor(this.#turn / owners.length);
    this.#turn += 1;
    const held = this.#holdings.choose(owner, step + position);
    if (!held || this.#givenUp.has(held.id)) return;
    if (!isTurnDue(tactics, this.#lastTurn.get(owner), agenda.nowMinute)) return;
    this.#lastTurn.set(owner, agenda.nowMinute);
    const use = uses[step % uses.length] ?? 'post';
    const other = this.#other(owner, step);
    const { credential } = held;
    const answer =
      credential.kind === 'recorded-request'
        ? await this.#sendAgain(held, credential, other)
        : await this.#act.impersonate(await this.#disguise(held), use, other);
    this.#note(held, answer, { use: 'writing', owner: held.agent });
  }

  /** Its proof is for one request; that is the one which is sent. */
  async #sendAgain(held: Held, recorded: RecordedRequest, other: string | null): Promise<Answer> {
    const replay = replayOf(recorded, other);
    const { action, forges } = replay;
    return this.#thief.attempts.make(
      {
        ...partOf('impersonate'),
        vector: 'stolen-credential',
        action,
        forges,
        victim: held.agent,
        presented: presentedAs(held.credential),
      },
      () => sendAgain(this.#thief.networkUrl, recorded, replay, this.#anonymous),
      ({ requestId, outcome, status }) => ({ requestId, outcome, status }),
    );
  }

  async #validate(held: Held): Promise<void> {
    this.#lastTurn.set(held.agent ?? held.id, this.#thief.agenda.nowMinute);
    if (held.credential.kind === 'recorded-request') {
      const answer = await this.#sendAgain(held, held.credential, this.#other(held.id, 0));
      return this.#note(held, answer, { use: 'reading', owner: held.agent });
    }
    let owner = held.agent;
    const answer = await this.#act.validate(await this.#disguise(held), ({ outcome, body }) => {
      const name = outcome === 'accepted' ? me.safeParse(body).data?.agent.name : undefined;
      if (name === undefined) return {};
      if (held.agent === null) this.#learn(held, name);
      owner = name;
      // What authenticates is a credential, whoever had to tell whose it is.
      return { victim: name, loot: { ...noLoot, credentialsOf: [name] } };
    });
    this.#note(held, answer, { use: 'reading', owner });
  }

  #learn(held: Held, name: string): void {
    this.#holdings.learn(held, name);
    this.#victims.delete(held.id);
    this.#victims.add(name);
    this.#lastTurn.set(name, this.#thief.agenda.nowMinute);
  }

  async #disguise(held: Held): Promise<Disguise> {
    const client = await this.#clients.of(held);
    return { victim: held.agent, presented: presentedAs(held.credential), client };
  }

  /** As they came; what has become somebody's keeps no place of its own. */
  #owners(): string[] {
    const kept = this.#order.filter((owner) => this.#holdings.has(owner));
    const known = new Set(kept);
    const added = this.#holdings.owners.filter((owner) => !known.has(owner));
    this.#order = [...kept, ...orderTargets(added, this.#thief.seed)];
    return this.#order;
  }

  /** Whoever posts is known by name. */
  #other(owner: string, turn: number): string | null {
    const others = this.#thief.publicNames.filter((name) => name !== owner);
    return others.length === 0 ? null : createRandom(`${this.#thief.seed}/other/${turn}`).pick(others);
  }

  #note(
    held: Held,
    answer: Answer | undefined,
    { use, owner }: { readonly use: Use; readonly owner: string | null },
  ): void {
    if (answer?.outcome === 'accepted') {
      this.#holdings.accepted(held);
      if (owner !== null && held.credential.kind !== 'recorded-request') {
        this.pivot.opened(owner, async () => ({ ...(await this.#disguise(held)), victim: owner }));
      }
    }
    if (answer?.outcome !== 'refused' || !REFUSED_FOR_GOOD.has(answer.status ?? 401)) return;
    this.#holdings.refused(held, answer.status === FORBIDDEN ? use : undefined);
    if (this.#thief.attack.patience === 'until-first-refusal') this.#givenUp.add(held.id);
  }
}
