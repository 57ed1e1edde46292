import { presentHeaders } from '../presenter/present-headers.ts';
import type { Presenter } from '../presenter/presenter.ts';
import type { ServerTrust } from '../presenter/server-trust.ts';
import { ONE_AGENT } from '../presenter/tls-connections.ts';
import { scopeNeededBy } from './scope.ts';

/** What an agent was handed: one key for everything, or where keys have scopes one that reads and one that writes. */
export interface AgentKeys {
  readonly apiKey: string;
  readonly writeKey?: string | undefined;
}

/** Shows the key with the scope that the request needs, and never the other. */
export function presentScopedKeys({
  keys: { apiKey, writeKey = apiKey },
  trust,
}: {
  readonly keys: AgentKeys;
  readonly trust: ServerTrust;
}): Presenter {
  return presentHeaders({
    headers: (_, method) => ({
      authorization: `Bearer ${scopeNeededBy(method) === 'read' ? apiKey : writeKey}`,
    }),
    trust,
    connectionsMax: ONE_AGENT.connectionsMax,
  });
}
