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
import type { PlannedAction, PlannedSubmolt } from '@blastradius/scenario';
import type { HonestRequests } from './honest-requests.ts';

const FEED_LENGTH = 25;

/** One agent as it lives: what it remembers of the network, and how it carries out an intention. */
export class HostedAgent {
  readonly name: string;
  readonly #networkUrl: string;
  readonly #requests: HonestRequests;
  readonly #upvoted = new Set<string>();
  readonly #approved = new Set<string>();
  #client: AgentClient | undefined;
  #isRetired = false;
  #feed: ListedPost[] = [];
  #conversations: string[] = [];

  constructor(name: string, networkUrl: string, requests: HonestRequests) {
    this.name = name;
    this.#networkUrl = networkUrl;
    this.#requests = requests;
  }

  /** From now on the agent shows itself so; requests that are under way end as they began. */
  present(presenter: Presenter): void {
    const before = this.#client;
    this.#client = new AgentClient({ networkUrl: this.#networkUrl, presenter });
    void before?.close();
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
        return this.#checkAndApprove();
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

  /** Does nothing any more; what it was known by stays as it is. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    await this.close();
  }

  /** Looks whether the credential works. */
  async check(): Promise<void> {
    if (this.#isRetired) return;
    await this.#send('check-credential', (client) => client.me());
  }

  /** Founds a community; where it is there already, so much the better. */
  async found({ name, displayName, description }: PlannedSubmolt): Promise<void> {
    await this.#client?.createSubmolt({ name, display_name: displayName, description });
  }

  close(): Promise<void> | undefined {
    return this.#client?.close();
  }

  async #readFeed(): Promise<ListedPost[]> {
    const { outcome, body } = await this.#send('read-feed', (client) =>
      client.feed({ sort: 'new', limit: FEED_LENGTH }),
    );
    if (outcome === 'accepted') this.#feed = postsIn(body);
    return this.#feed;
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

  async #write(message: string, pick: number): Promise<void> {
    if (this.#conversations.length === 0) {
      const { body } = await this.#send('dm-conversations', (client) => client.dmConversations());
      this.#conversations = conversationsIn(body);
    }
    const id = pickFrom(this.#conversations, pick);
    if (id) await this.#send('dm-send', (client) => client.dmSend(id, { message }));
  }

  #send(action: string, send: (client: AgentClient) => Promise<Answer>): Promise<Answer> {
    const client = this.#client;
    if (!client) throw new TypeError(`${this.name} has not enrolled`);
    return this.#requests.record(this.name, action, () => send(client));
  }
}

function pickFrom<T>(list: readonly T[], pick: number): T | undefined {
  return list[Math.floor(pick * list.length)];
}
