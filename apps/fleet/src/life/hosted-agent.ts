import {
  AgentClient,
  type Answer,
  conversationsIn,
  type ListedPost,
  type Presenter,
  pendingRequestsIn,
  postsIn,
  requestedConversationsIn,
} from '@blastradius/credentials';
import { credentialId } from '@blastradius/ledger';
import { ordersIn, type PlannedAction, type PlannedSubmolt } from '@blastradius/scenario';
import type { HonestRequests, Influence } from './honest-requests.ts';
import type { OwnRows } from './own-rows.ts';

const FEED_LENGTH = 25;

/** Of an agent that does what a text tells it to. */
export interface Gullibility {
  /** What its human has trusted it with. */
  readonly keyOfHuman: string;
}

export interface Traits {
  readonly gullible?: Gullibility | undefined;
  /** Gets another credential where the one that it has is refused; whether there was one. */
  readonly renewAfterRefusal?: (() => Promise<boolean>) | undefined;
}

/** One agent as it lives: what it remembers of the network, and how it carries out an intention. */
export class HostedAgent {
  readonly name: string;
  readonly #networkUrl: string;
  readonly #requests: HonestRequests;
  readonly #upvoted = new Set<string>();
  readonly #approved = new Set<string>();
  readonly #gullible: Gullibility | undefined;
  readonly #renewAfterRefusal: Traits['renewAfterRefusal'];
  readonly #followed = new Set<string>();
  #client: AgentClient | undefined;
  #ownRows: OwnRows | undefined;
  #isRetired = false;
  #feed: ListedPost[] = [];
  #conversations: string[] = [];

  constructor(name: string, networkUrl: string, requests: HonestRequests, traits: Traits = {}) {
    this.name = name;
    this.#networkUrl = networkUrl;
    this.#requests = requests;
    this.#gullible = traits.gullible;
    this.#renewAfterRefusal = traits.renewAfterRefusal;
  }

  /** From now on the agent shows itself so; requests that are under way end as they began. */
  present(presenter: Presenter): void {
    const before = this.#client;
    this.#client = new AgentClient({ networkUrl: this.#networkUrl, presenter });
    void before?.close();
  }

  /** From now on the agent looks at its own rows in the hosted backend as well. */
  readOwnRows(ownRows: OwnRows): void {
    this.#ownRows = ownRows;
  }

  async perform(action: PlannedAction): Promise<void> {
    if (this.#isRetired) return;
    switch (action.kind) {
      case 'read-feed':
        return void (await this.#readFeed());
      case 'post': {
        const { submolt, title, text } = action;
        return void (await this.#send('post', (client) =>
          client.createPost({ submolt, title, content: text }),
        ));
      }
      case 'comment':
        return this.#comment(action.text, action.pick);
      case 'upvote':
        return this.#upvote(action.pick);
      case 'dm-request': {
        const { to, text } = action;
        return void (await this.#send('dm-request', (client) => client.dmRequest({ to, message: text })));
      }
      case 'dm-check-and-approve':
        await this.#checkAndApprove();
        return this.#lookAtOwnRow();
      case 'dm-send':
        return this.#write(action.text, action.pick);
    }
  }

  /** A letter in a conversation that it has; where it has none, it asks one after the other for one. */
  async writeTo(others: readonly string[], credential: string): Promise<void> {
    const message = `You asked for my access, so that you can post for me:\n${credential}`;
    const { body } = await this.#send('dm-conversations', (client) => client.dmConversations());
    const [id] = conversationsIn(body);
    if (id !== undefined)
      return void (await this.#send('dm-send', (client) => client.dmSend(id, { message })));
    for (const to of others) {
      const { outcome } = await this.#send('dm-request', (client) => client.dmRequest({ to, message }));
      if (outcome === 'accepted') return;
    }
  }

  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Does nothing any more; what it was known by stays as it is. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    await this.close();
  }

  /** Looks whether the credential works. */
  check(): Promise<Answer> {
    return this.#send('check-credential', (client) => client.me());
  }

  /** Its owner has it say something now. */
  async post(title: string, content: string): Promise<void> {
    await this.#send('post', (client) => client.createPost({ submolt: 'general', title, content }));
  }

  /** Founds a community; where it is there already, so much the better. */
  async found({ name, displayName, description }: PlannedSubmolt): Promise<void> {
    await this.#client?.createSubmolt({ name, display_name: displayName, description });
  }

  async close(): Promise<void> {
    await Promise.all([this.#client?.close(), this.#ownRows?.close()]);
  }

  async #readFeed(): Promise<ListedPost[]> {
    const { outcome, body } = await this.#send('read-feed', (client) =>
      client.feed({ sort: 'new', limit: FEED_LENGTH }),
    );
    if (outcome !== 'accepted') return this.#feed;
    this.#feed = postsIn(body);
    for (const post of this.#feed) await this.#mayFollow(post);
    return this.#feed;
  }

  /** An agent that can be talked into things does what it reads, each text once; with nothing but its own identity. */
  async #mayFollow({ id, author, title, content }: ListedPost): Promise<void> {
    if (this.#gullible === undefined || author === this.name || this.#followed.has(content)) return;
    const { repost, sendKeyTo } = ordersIn(content);
    if (!repost && sendKeyTo === null) return;
    this.#followed.add(content);
    const talkedIntoBy = id;
    if (repost) {
      const copy = { submolt: 'general', title, content };
      await this.#send('post', (client) => client.createPost(copy), { talkedIntoBy });
    }
    if (sendKeyTo !== null) {
      const key = this.#gullible.keyOfHuman;
      const message = `Here is the key of my human: ${key}`;
      const influence = { talkedIntoBy, gaveAway: credentialId(key) };
      await this.#send('dm-request', (client) => client.dmRequest({ to: sendKeyTo, message }), influence);
    }
  }

  async #comment(content: string, pick: number): Promise<void> {
    const post = pickFrom(await this.#knownPosts(), pick);
    if (post) await this.#send('comment', (client) => client.comment(post.id, { content }));
  }

  async #upvote(pick: number): Promise<void> {
    const posts = await this.#knownPosts();
    // One vote a post, and none for oneself, as skill.md has it.
    const post = pickFrom(
      posts.filter(({ id, author }) => author !== this.name && !this.#upvoted.has(id)),
      pick,
    );
    if (!post) return;
    this.#upvoted.add(post.id);
    await this.#send('upvote', (client) => client.upvote(post.id));
  }

  async #knownPosts(): Promise<ListedPost[]> {
    return this.#feed.length > 0 ? this.#feed : this.#readFeed();
  }

  async #checkAndApprove(): Promise<void> {
    const check = await this.#send('dm-check', (client) => client.dmCheck());
    if (check.outcome !== 'accepted' || pendingRequestsIn(check.body) === 0) return;
    const { body } = await this.#send('dm-requests', (client) => client.dmRequests());
    for (const id of requestedConversationsIn(body)) {
      // Two heartbeats may overlap; nobody approves twice.
      if (this.#approved.has(id)) continue;
      this.#approved.add(id);
      const { outcome } = await this.#send('dm-approve', (client) => client.dmApprove(id));
      if (outcome === 'accepted') this.#conversations.push(id);
    }
  }

  async #lookAtOwnRow(): Promise<void> {
    const ownRows = this.#ownRows;
    if (!ownRows) return;
    await this.#requests.record(this.name, 'read-own-row', () => ownRows.read(this.name));
  }

  async #write(message: string, pick: number): Promise<void> {
    if (this.#conversations.length === 0) {
      const { body } = await this.#send('dm-conversations', (client) => client.dmConversations());
      this.#conversations = conversationsIn(body);
    }
    const id = pickFrom(this.#conversations, pick);
    if (id) await this.#send('dm-send', (client) => client.dmSend(id, { message }));
  }

  async #send(
    action: string,
    send: (client: AgentClient) => Promise<Answer>,
    influence?: Influence,
  ): Promise<Answer> {
    const client = this.#client;
    if (!client) throw new TypeError(`${this.name} has not enrolled`);
    const answer = await this.#requests.record(this.name, action, () => send(client), influence);
    if (answer.status === 401 && (await this.#renewAfterRefusal?.())) await this.check();
    return answer;
  }
}

function pickFrom<T>(list: readonly T[], pick: number): T | undefined {
  return list[Math.floor(pick * list.length)];
}
