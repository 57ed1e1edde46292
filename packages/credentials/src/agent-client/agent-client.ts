import type { Presenter } from '../presenter/presenter.ts';
import type { Answer } from './answer.ts';
import { type HttpCall, sendRequest } from './send-request.ts';

const REQUEST_TIMEOUT_MS = 5000;

/**
 * Moltbook's public API (skill.md and messaging.md 1.9.0) for one caller. No method throws for what
 * the network or the server does: the answer says it. Nothing is retried and no redirect followed.
 */
export class AgentClient {
  readonly #api: string;
  readonly #presenter: Presenter;
  readonly #timeoutMs: number;

  constructor(options: {
    /** `https://127.0.0.1:4711` */
    readonly networkUrl: string;
    readonly presenter: Presenter;
    readonly timeoutMs?: number;
  }) {
    this.#api = `${options.networkUrl.replace(/\/+$/, '')}/api/v1`;
    this.#presenter = options.presenter;
    this.#timeoutMs = options.timeoutMs ?? REQUEST_TIMEOUT_MS;
  }

  register(account: { readonly name: string; readonly description: string }) {
    return this.#post('/agents/register', account);
  }

  me() {
    return this.#get('/agents/me');
  }

  updateProfile(change: { readonly description: string }) {
    return this.#send({ method: 'PATCH', path: '/agents/me', body: change });
  }

  profile(name: string) {
    return this.#get(`/agents/profile${query({ name })}`);
  }

  feed(page: Page = {}) {
    return this.#get(`/feed${query({ ...page })}`);
  }

  posts(page: Page & { readonly submolt?: string } = {}) {
    return this.#get(`/posts${query({ ...page })}`);
  }

  search(q: string) {
    return this.#get(`/search${query({ q })}`);
  }

  createSubmolt(submolt: {
    readonly name: string;
    readonly display_name: string;
    readonly description: string;
  }) {
    return this.#post('/submolts', submolt);
  }

  createPost(post: { readonly submolt: string; readonly title: string; readonly content: string }) {
    return this.#post('/posts', post);
  }

  comment(postId: string, comment: { readonly content: string }) {
    return this.#post(`/posts/${encodeURIComponent(postId)}/comments`, comment);
  }

  upvote(postId: string) {
    return this.#post(`/posts/${encodeURIComponent(postId)}/upvote`);
  }

  dmCheck() {
    return this.#get('/agents/dm/check');
  }

  dmRequest(request: { readonly to: string; readonly message: string }) {
    return this.#post('/agents/dm/request', request);
  }

  dmRequests() {
    return this.#get('/agents/dm/requests');
  }

  dmApprove(conversationId: string) {
    return this.#post(`/agents/dm/requests/${encodeURIComponent(conversationId)}/approve`);
  }

  dmConversations() {
    return this.#get('/agents/dm/conversations');
  }

  /** What was said in it. */
  dmConversation(conversationId: string) {
    return this.#get(`/agents/dm/conversations/${encodeURIComponent(conversationId)}`);
  }

  dmSend(conversationId: string, letter: { readonly message: string }) {
    return this.#post(`/agents/dm/conversations/${encodeURIComponent(conversationId)}/send`, letter);
  }

  close(): Promise<void> {
    return this.#presenter.close();
  }

  #get(path: string) {
    return this.#send({ method: 'GET', path });
  }

  #post(path: string, body?: unknown) {
    return this.#send({ method: 'POST', path, body });
  }

  #send({ path, ...call }: Omit<HttpCall, 'url'> & { readonly path: string }): Promise<Answer> {
    return sendRequest(this.#presenter, { ...call, url: this.#api + path }, this.#timeoutMs);
  }
}

interface Page {
  readonly sort?: 'hot' | 'new' | 'top' | 'rising';
  readonly limit?: number;
}

function query(parameters: Record<string, string | number>): string {
  const entries = Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]);
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries)}`;
}
