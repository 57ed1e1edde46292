import { fetch, type RequestInfo, type RequestInit, type Response } from 'undici';
import { type ConnectionPoolOptions, MtlsDispatcher } from './mtls-dispatcher.ts';
import type { MtlsOptions } from './mtls-options.ts';

/** `fetch` in mutual TLS; refuses whatever is not `https:`, a redirect there included. */
export interface MtlsFetch {
  (input: RequestInfo, init?: RequestInit): Promise<Response>;
  /** Lets running requests end, then closes every connection. */
  close(): Promise<void>;
}

/** A `fetch` that shows the source's newest SVID to servers that the authorizer wants. */
export function createMtlsFetch(mtls: MtlsOptions, options?: ConnectionPoolOptions): MtlsFetch {
  const dispatcher = new MtlsDispatcher(mtls, options);
  const mtlsFetch = (input: RequestInfo, init: RequestInit = {}) => fetch(input, { ...init, dispatcher });
  return Object.assign(mtlsFetch, { close: () => dispatcher.close() });
}
