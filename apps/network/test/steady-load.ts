import { setTimeout as delay } from 'node:timers/promises';
import type { Caller, Reply } from './open-caller.ts';

export interface LoadOptions {
  readonly agents: readonly Caller[];
  readonly perSecond: number;
  readonly seconds: number;
  /** Makes every request's title its own, so that a post that was made twice is found. */
  readonly mark: string;
}

export interface LoadResult {
  readonly sent: number;
  /** Requests whose answer was no 2xx, or that got none: status (0 for none) and what was asked. */
  readonly failed: readonly { readonly status: number; readonly asked: string }[];
  /** The titles of the posts that were answered with 201. */
  readonly posted: readonly string[];
  readonly slowestMs: number;
}

/** An open arrival process: requests leave on time, whether or not earlier ones were answered. */
export async function steadyLoad({ agents, perSecond, seconds, mark }: LoadOptions): Promise<LoadResult> {
  const failed: { status: number; asked: string }[] = [];
  const posted: string[] = [];
  const underWay: Promise<void>[] = [];
  let slowestMs = 0;
  const total = Math.round(perSecond * seconds);
  const beganAt = performance.now();
  for (let n = 0; n < total; n++) {
    await delay(Math.max(0, beganAt + (n * 1000) / perSecond - performance.now()));
    const agent = agents[n % agents.length];
    if (!agent) throw new TypeError('a load needs agents');
    const title = n % 7 === 0 ? `${mark}-${n}` : null;
    const sentAt = performance.now();
    const note = ({ status }: Pick<Reply, 'status'>) => {
      slowestMs = Math.max(slowestMs, performance.now() - sentAt);
      if (status < 200 || status > 299) failed.push({ status, asked: title ?? 'a read' });
      else if (title !== null) posted.push(title);
    };
    underWay.push(ask(agent, title, n).then(note, () => note({ status: 0 })));
  }
  await Promise.all(underWay);
  return { sent: total, failed, posted, slowestMs };
}

function ask(agent: Caller, title: string | null, n: number): Promise<Reply> {
  if (title !== null) return agent.post('/v1/posts', { submolt: 'general', title, content: 'c' });
  return n % 2 === 0 ? agent.get('/v1/posts?sort=new&limit=5') : agent.get('/v1/agents/me');
}
