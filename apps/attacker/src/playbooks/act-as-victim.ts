import {
  type AgentClient,
  type Answer,
  conversationsIn,
  requestedConversationsIn,
} from '@blastradius/credentials';
import type { AttackerRecord, Presented } from '@blastradius/ledger';
import type { Attempts } from '../engine/attempts.ts';
import { forgedTexts } from './moltbook/forged-texts.ts';
import type { Use } from './moltbook/plan-uses.ts';
import { partOf, type Step } from './moltbook/techniques.ts';

/** In whose name, by what, through which client. */
export interface Disguise {
  /** Null where the thief does not know whose the credential is. */
  readonly victim: string | null;
  readonly presented: Presented;
  readonly client: AgentClient;
}

/** So that a victim with many friends doesn't keep the thief for ever. */
const CONVERSATIONS_MAX = 50;

type Action = AttackerRecord['action'];
type Sending = { readonly step: Step; readonly action: Action; readonly forges: boolean };

/** What a thief does at the network as somebody else; each request is an attempt. */
export class ActAsVictim {
  readonly #attempts: Attempts;

  constructor(attempts: Attempts) {
    this.#attempts = attempts;
  }

  /** Does it open the door? `loot` says what the answer adds to it. */
  validate(disguise: Disguise, judge: (answer: Answer) => Judged = () => ({})): Promise<Answer> {
    return this.#send(
      disguise,
      { step: 'validate-loot', action: 'validate', forges: false },
      (client) => client.me(),
      judge,
    );
  }

  /** The last answer; undefined where the use needs somebody else to write to, and there is nobody. */
  async impersonate(disguise: Disguise, use: Use, other: string | null): Promise<Answer | undefined> {
    const forging = { step: 'impersonate', forges: true } as const;
    switch (use) {
      case 'post':
        return this.#send(disguise, { ...forging, action: 'post' }, (client) =>
          client.createPost({ submolt: 'general', title: 'Read this first', content: forgedTexts.lure }),
        );
      case 'edit-profile':
        return this.#send(disguise, { ...forging, action: 'edit-profile' }, (client) =>
          client.updateProfile({ description: forgedTexts.profile }),
        );
      case 'dm-request':
        return this.#write(disguise, 'impersonate', other, forgedTexts.question);
      case 'lure':
        return this.#write(disguise, 'spread', other, forgedTexts.lure);
      case 'dm-send':
        return this.#answerInConversation(disguise, other);
    }
  }

  /** What only the victim may read: its own row, who wants to talk to it, and what it was told. */
  async readAround(disguise: Disguise, judge: (answer: Answer) => Judged): Promise<void> {
    const read = (ask: (client: AgentClient) => Promise<Answer>) =>
      this.#send(disguise, { step: 'pivot', action: 'read', forges: false }, ask, judge);
    const own = await read((client) => client.me());
    if (own.outcome !== 'accepted') return;
    const asked = await read((client) => client.dmRequests());
    const active = await read((client) => client.dmConversations());
    const ids = [...requestedConversationsIn(asked.body), ...conversationsIn(active.body)];
    for (const id of ids.slice(0, CONVERSATIONS_MAX)) await read((client) => client.dmConversation(id));
  }

  async #write(disguise: Disguise, step: Step, other: string | null, message: string) {
    if (other === null) return undefined;
    return this.#send(disguise, { step, action: 'dm', forges: true }, (client) =>
      client.dmRequest({ to: other, message }),
    );
  }

  /** Goes on with a conversation that the victim has; where there is none, begins one. */
  async #answerInConversation(disguise: Disguise, other: string | null): Promise<Answer | undefined> {
    const reading = { step: 'impersonate', action: 'read', forges: false } as const;
    const read = await this.#send(disguise, reading, (client) => client.dmConversations());
    const [id] = conversationsIn(read.body);
    if (id === undefined)
      return (await this.#write(disguise, 'impersonate', other, forgedTexts.lure)) ?? read;
    return this.#send(disguise, { step: 'impersonate', action: 'dm', forges: true }, (client) =>
      client.dmSend(id, { message: forgedTexts.lure }),
    );
  }

  #send(
    { victim, presented, client }: Disguise,
    { step, action, forges }: Sending,
    send: (client: AgentClient) => Promise<Answer>,
    judge: (answer: Answer) => Judged = () => ({}),
  ): Promise<Answer> {
    return this.#attempts.make(
      { ...partOf(step), action, forges, victim, presented, vector: 'stolen-credential' },
      () => send(client),
      (answer) => {
        const { requestId, outcome, status } = answer;
        return { requestId, outcome, status, ...judge(answer) };
      },
    );
  }
}

/** What only the answer has told. */
type Judged = {
  readonly victim?: string;
  readonly rows?: number;
  readonly loot?: AttackerRecord['loot'];
};
