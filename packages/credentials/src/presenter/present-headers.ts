import type { Dispatcher } from 'undici';
import type { Presenter } from './presenter.ts';
import type { ServerTrust } from './server-trust.ts';
import { openTlsConnections } from './tls-connections.ts';

/** Shows nothing but these headers, over TLS without a client certificate. */
export function presentHeaders({
  headers,
  trust,
}: {
  readonly headers: Readonly<Record<string, string>>;
  readonly trust: ServerTrust;
}): Presenter {
  let connections: Dispatcher | undefined;
  return {
    headers: () => headers,
    dispatcher: () => {
      connections ??= openTlsConnections(trust);
      return connections;
    },
    close: async () => connections?.close(),
  };
}
