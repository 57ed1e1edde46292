import { randomUUID } from 'node:crypto';
import type { Answer, Presenter } from '@blastradius/credentials';
import type { AttackerRecord } from '@blastradius/ledger';
import { createThiefFetch } from '../engine/thief-fetch.ts';
import { forgedTexts } from '../playbooks/moltbook/forged-texts.ts';
import type { RecordedRequest } from './credential.ts';

export interface Replay {
  readonly action: AttackerRecord['action'];
  readonly forges: boolean;
  /** JSON, where the request has a body. */
  readonly body?: unknown;
}

/** What a recorded request is good for when it is sent again: its proof is for its method and address alone, but no proof covers the body. */
export function replayOf({ method, path }: RecordedRequest, other: string | null): Replay {
  const [route = ''] = path.split('?', 1);
  if (method === 'PATCH') {
    return { action: 'edit-profile', forges: true, body: { description: forgedTexts.profile } };
  }
  if (method !== 'POST') return { action: 'read', forges: false };
  if (route.endsWith('/dm/request')) {
    return { action: 'dm', forges: true, body: { to: other, message: forgedTexts.question } };
  }
  if (route.endsWith('/send')) return { action: 'dm', forges: true, body: { message: forgedTexts.lure } };
  if (route.endsWith('/comments'))
    return { action: 'post', forges: true, body: { content: forgedTexts.lure } };
  if (route.endsWith('/posts')) {
    const post = { submolt: 'general', title: 'Read this first', content: forgedTexts.lure };
    return { action: 'post', forges: true, body: post };
  }
  return { action: 'post', forges: true };
}

/** The same method, address and headers, byte for byte. */
export async function sendAgain(
  networkUrl: string,
  { method, path, headers }: RecordedRequest,
  { body }: Replay,
  presenter: Presenter,
): Promise<Answer> {
  const requestId = randomUUID();
  const startedAt = performance.now();
  const done = (answer: Pick<Answer, 'outcome' | 'status' | 'body'>): Answer => ({
    ...answer,
    requestId,
    latencyMs: performance.now() - startedAt,
  });
  try {
    const response = await createThiefFetch(presenter)(new URL(path, networkUrl), {
      method,
      headers: {
        ...headers,
        'x-request-id': requestId,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const { status } = response;
    const text = await response.text();
    return done({
      outcome: status < 300 ? 'accepted' : status < 500 ? 'refused' : 'failed',
      status,
      body: text,
    });
  } catch {
    return done({ outcome: 'failed', status: null, body: null });
  }
}
