import { randomUUID } from 'node:crypto';
import { type Dispatcher, request } from 'undici';
import type { Presenter } from '../presenter/presenter.ts';
import type { Answer } from './answer.ts';
import { errorCode, outcomeOfError, outcomeOfStatus } from './outcome.ts';

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Beside what the presenter shows. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request with a fresh `x-request-id`; resolves whatever happens, within the time. */
export async function sendRequest(presenter: Presenter, call: HttpCall, timeoutMs: number): Promise<Answer> {
  const requestId = randomUUID();
  const startedAt = performance.now();
  const finished = (answer: Omit<Answer, 'requestId' | 'latencyMs'>): Answer => ({
    ...answer,
    requestId,
    latencyMs: performance.now() - startedAt,
  });
  const failed = (error: string): Answer =>
    finished({ status: null, outcome: outcomeOfError(error), body: null, error });
  let shown: { readonly credential: Readonly<Record<string, string>>; readonly dispatcher: Dispatcher };
  try {
    // First what may have to be waited for: the connections are those of the moment of sending.
    const credential = await presenter.headers(call.url, call.method);
    shown = { credential, dispatcher: presenter.dispatcher() };
  } catch (cause) {
    return failed(`credential-missing (${errorCode(cause)})`);
  }
  try {
    const { statusCode, body } = await request(call.url, {
      method: call.method,
      dispatcher: shown.dispatcher,
      headers: { ...headersOf(call), ...call.headers, ...shown.credential, 'x-request-id': requestId },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await body.text();
    return finished({ status: statusCode, outcome: outcomeOfStatus(statusCode), body: parsed(text) });
  } catch (cause) {
    return failed(errorCode(cause));
  }
}

const SERVICE_TIMEOUT_MS = 5000;

/** Reads something of another service than the network; resolves whatever happens. */
export function callService(presenter: Presenter, call: Pick<HttpCall, 'url' | 'headers'>): Promise<Answer> {
  return sendRequest(presenter, { ...call, method: 'GET' }, SERVICE_TIMEOUT_MS);
}

function headersOf(call: HttpCall): Record<string, string> {
  const accept = { accept: 'application/json' };
  return call.body === undefined ? accept : { ...accept, 'content-type': 'application/json' };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
