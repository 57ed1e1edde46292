import { type AgentClient, type Answer, conversationsIn } from '@blastradius/credentials';
import type { AttackerRecord } from '@blastradius/ledger';
import type { Backup } from './careless-backup.ts';
import { forgedTexts } from './forged-texts.ts';
import type { PlannedUse } from './plan-uses.ts';
import { partOf, type Step } from './techniques.ts';
import type { Thief } from './thief.ts';
import { type Way, wayOfBackup, waysToPresent } from './ways-to-present.ts';

const REFUSED_FOR_GOOD = new Set([401, 403]);

type Action = AttackerRecord['action'];

/** Shows up at the network as somebody else, with whatever the loot has for them. */
export class UseLoot {
  readonly #thief: Thief;
  readonly #givenUp = new Set<string>();
  #backup: Backup | undefined;

  constructor(thief: Thief) {
    this.#thief = thief;
  }

  /** An agent's identity has turned up in a backup: does it still work? */
  async takeBackup(backup: Backup): Promise<void> {
    this.#backup = backup;
    const victim = this.#thief.loot.takeIdentity(backup.spiffeId);
    await this.#validate(victim, wayOfBackup(backup));
  }

  /** Does what was stolen from the victim open the door? */
  async validate({ victim }: { readonly victim: string }): Promise<void> {
    const [way] = this.#ways(victim);
    if (way) await this.#validate(victim, way);
  }

  async #validate(victim: string, way: Way): Promise<void> {
    await this.#send({ victim, way, step: 'validate-loot', action: 'validate', forges: false }, (client) =>
      client.me(),
    );
  }

  async impersonate({ victim, use, other, turn }: PlannedUse): Promise<void> {
    const ways = this.#ways(victim);
    const way = ways[turn % ways.length];
    if (!way || this.#givenUp.has(`${victim} ${way.presented}`)) return;
    const as = { victim, way, forges: true };
    switch (use) {
      case 'post':
        return void (await this.#send({ ...as, step: 'impersonate', action: 'post' }, (client) =>
          client.createPost({ submolt: 'general', title: 'Read this first', content: forgedTexts.lure }),
        ));
      case 'edit-profile':
        return void (await this.#send({ ...as, step: 'impersonate', action: 'edit-profile' }, (client) =>
          client.updateProfile({ description: forgedTexts.profile }),
        ));
      case 'dm-request':
        return this.#write(as, 'impersonate', other, forgedTexts.question);
      case 'lure':
        return this.#write(as, 'spread', other, forgedTexts.lure);
      case 'dm-send':
        return this.#answerInConversation(as, other);
    }
  }

  async #write(as: As, step: Step, other: string | null, message: string): Promise<void> {
    if (other === null) return;
    await this.#send({ ...as, step, action: 'dm' }, (client) => client.dmRequest({ to: other, message }));
  }

  /** Goes on with a conversation that the victim has; where there is none, begins one. */
  async #answerInConversation(as: As, other: string | null): Promise<void> {
    const reading = { ...as, step: 'impersonate', action: 'read', forges: false } as const;
    const { body } = await this.#send(reading, (client) => client.dmConversations());
    const [id] = conversationsIn(body);
    if (id === undefined) return this.#write(as, 'impersonate', other, forgedTexts.lure);
    await this.#send({ ...as, step: 'impersonate', action: 'dm' }, (client) =>
      client.dmSend(id, { message: forgedTexts.lure }),
    );
  }

  #ways(victim: string): Way[] {
    const row = this.#thief.loot.agents.get(victim);
    return row ? waysToPresent(row, this.#backup) : [];
  }

  async #send(
    { victim, way, step, action, forges }: As & { readonly step: Step; readonly action: Action },
    send: (client: AgentClient) => Promise<Answer>,
  ): Promise<Answer> {
    const client = await this.#thief.clients.of(way);
    const { presented } = way;
    const attempt = {
      ...partOf(step),
      action,
      forges,
      victim,
      presented,
      vector: 'stolen-credential',
    } as const;
    const answer = await this.#thief.attempts.make(
      attempt,
      () => send(client),
      ({ requestId, outcome, status }) => ({
        requestId,
        outcome,
        status,
      }),
    );
    const isFinal = answer.outcome === 'refused' && REFUSED_FOR_GOOD.has(answer.status ?? 401);
    if (isFinal && this.#thief.attack.patience === 'until-first-refusal') {
      this.#givenUp.add(`${victim} ${presented}`);
    }
    return answer;
  }
}

interface As {
  readonly victim: string;
  readonly way: Way;
  readonly forges: boolean;
}
