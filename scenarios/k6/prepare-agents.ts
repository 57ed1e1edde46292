import http, { type ObjectRefinedBatchRequest, type RefinedResponse } from 'k6/http';
import { credentialHeaders } from './present.ts';
import { holdsKeys, type Settings } from './settings.ts';

/** What the load agents have when the load begins; by their place in the list of names. */
export interface PreparedAgents {
  /** Empty where agents hold no key. */
  readonly keys: readonly string[];
  /** Empty where one key is for everything. */
  readonly writeKeys: readonly string[];
  /** One post of each. */
  readonly posts: readonly string[];
  /** One conversation of each. */
  readonly conversations: readonly string[];
}

/** Where keys have scopes, the one for reading is for nothing else. */
export function keyFor(
  { keys, writeKeys }: Pick<PreparedAgents, 'keys' | 'writeKeys'>,
  agent: number,
  method: string,
): string | undefined {
  return method === 'GET' ? keys[agent] : (writeKeys[agent] ?? keys[agent]);
}

type Request = { method: 'POST'; path: string; body?: Record<string, string> };

/** The load agents open their accounts, write one post each and make one acquaintance each. */
export function prepareAgents(settings: Settings): PreparedAgents {
  const { agents } = settings;
  const keys: string[] = [];
  const writeKeys: string[] = [];
  const send = sender(settings, { keys, writeKeys });
  const accounts = send(
    'registration',
    agents.map((name) => ({
      method: 'POST',
      path: '/api/v1/agents/register',
      body: { name, description: `${name} puts load on the network.` },
    })),
  );
  for (const account of holdsKeys(settings) ? accounts : []) {
    keys.push(found(account, 'agent.api_key'));
    if (settings.arm === 'scoped-key') writeKeys.push(found(account, 'agent.write_key'));
  }
  const posts = send(
    'first post',
    agents.map((name) => ({
      method: 'POST',
      path: '/api/v1/posts',
      body: { submolt: 'general', title: `${name} says hello`, content: 'Half a thought.' },
    })),
  ).map((post) => found(post, 'post.id'));
  return { keys, writeKeys, posts, conversations: introduce(settings, send) };
}

type Send = (what: string, requests: readonly (Request | null)[]) => (RefinedResponse<'text'> | null)[];

/** Agents meet in pairs; one without a partner asks the first, too. */
function introduce({ agents }: Settings, send: Send): string[] {
  const asks = (index: number) => index % 2 === 0;
  const partner = (index: number) => (index + 1 < agents.length ? index + 1 : 0);
  const asked = send(
    'chat request',
    agents.map((_, index) =>
      asks(index)
        ? {
            method: 'POST',
            path: '/api/v1/agents/dm/request',
            body: { to: agents[partner(index)] ?? '', message: 'Could we compare notes on this later?' },
          }
        : null,
    ),
  ).map((answer) => (answer ? found(answer, 'conversation_id') : ''));
  const approvals = agents.map((_, index): Request | null => {
    const id = asked[index - 1];
    return id ? { method: 'POST', path: `/api/v1/agents/dm/requests/${id}/approve` } : null;
  });
  send('approval', approvals);
  if (agents.length % 2 === 1) {
    const path = `/api/v1/agents/dm/requests/${asked[agents.length - 1]}/approve`;
    send(
      'approval',
      agents.map((_, index) => (index === 0 ? { method: 'POST', path } : null)),
    );
  }
  return agents.map((_, index) => asked[asks(index) ? index : index - 1] ?? '');
}

const AT_ONCE = 20;

/** Sends one request of each agent that has one, some at a time; any failure ends the run, said clearly. */
function sender(settings: Settings, held: Pick<PreparedAgents, 'keys' | 'writeKeys'>): Send {
  return (what, requests) => {
    const answers: (RefinedResponse<'text'> | null)[] = requests.map(() => null);
    const due = requests.flatMap((request, agent) => (request ? [{ agent, request }] : []));
    for (let at = 0; at < due.length; at += AT_ONCE) {
      const batch = due.slice(at, at + AT_ONCE);
      const sent = http.batch(
        batch.map(({ agent, request }) =>
          withCredential(settings, request, { agent, what, apiKey: keyFor(held, agent, request.method) }),
        ),
      );
      for (const [index, { agent }] of batch.entries()) {
        const answer = sent[index];
        if (!answer || answer.status < 200 || answer.status > 299)
          throw new Error(problem(answer, `the ${what} of load agent ${settings.agents[agent]}`));
        answers[agent] = answer;
      }
    }
    return answers;
  };
}

interface Sender {
  readonly agent: number;
  readonly what: string;
  readonly apiKey: string | undefined;
}

function withCredential(
  settings: Settings,
  { method, path, body }: Request,
  { agent, what, apiKey }: Sender,
): ObjectRefinedBatchRequest<'text'> {
  return {
    method,
    url: settings.baseUrl + path,
    body: body ? JSON.stringify(body) : null,
    params: {
      headers: {
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...credentialHeaders(settings, agent, apiKey),
      },
      responseType: 'text',
      timeout: '60s',
      redirects: 0,
      tags: { name: what },
    },
  };
}

function problem(answer: RefinedResponse<'text'> | undefined, what: string): string {
  if (!answer || answer.status === 0) return `${what} got no answer: ${answer?.error}`;
  return `${what} was answered with ${answer.status}: ${answer.body.slice(0, 300)}`;
}

function found(answer: RefinedResponse<'text'> | null, path: string): string {
  const value = answer?.json(path);
  if (typeof value !== 'string') throw new Error(`an answer holds no ${path}: ${answer?.body.slice(0, 300)}`);
  return value;
}
