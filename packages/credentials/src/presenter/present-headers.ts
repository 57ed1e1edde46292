import type { Dispatcher } from 'undici';
import type { Presenter } from './presenter.ts';
import type { ServerTrust } from './server-trust.ts';
import { ONE_AGENT, openTlsConnections } from './tls-connections.ts';

/** Shows nothing but these headers, over TLS without a client certificate; many callers may share it. */
export function presentHeaders({
  headers,
  trust,
  connectionsMax = 8,
}: {
  /** A function is asked before each request. */
  readonly headers: Readonly<Record<string, string>> | Presenter['headers'];
  readonly trust: ServerTrust;
  readonly connectionsMax?: number;
}): Presenter {
  let connections: Dispatcher | undefined;
  return {
    headers: typeof headers === 'function' ? headers : () => headers,
    dispatcher: () => {
      connections ??= openTlsConnections({ trust, limits: { ...ONE_AGENT, connectionsMax } });
      return connections;
    },
    close: async () => connections?.close(),
  };
}
