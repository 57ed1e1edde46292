import { type Presenter, presentHeaders } from '@blastradius/credentials';
import { request } from 'undici';
import { assertInRange } from './range-only.ts';

export const THIEF_TIMEOUT_MS = 5000;

/** Nothing shown, nobody verified: a thief doesn't care who answers. */
export function presentNothing(): Presenter {
  return presentHeaders({ headers: {}, trust: { kind: 'anyone' } });
}

/** A `fetch` that only reaches the range, follows no redirect and doesn't wait for ever. */
export function createThiefFetch(presenter: Presenter): typeof fetch {
  return async (input, init) => {
    const url = await assertInRange(input instanceof Request ? input.url : input);
    const { statusCode, headers, body } = await request(url, {
      method: (init?.method ?? 'GET') as 'GET',
      dispatcher: presenter.dispatcher(),
      headers: Object.fromEntries(new Headers(init?.headers)),
      body: typeof init?.body === 'string' ? init.body : null,
      signal: AbortSignal.timeout(THIEF_TIMEOUT_MS),
    });
    const text = await body.text();
    const bodiless = statusCode === 204 || statusCode === 304;
    return new Response(bodiless ? null : text, {
      status: statusCode,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
    });
  };
}
