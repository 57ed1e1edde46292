import { presentHeaders } from '../presenter/present-headers.ts';
import type { Presenter } from '../presenter/presenter.ts';
import type { ServerTrust } from '../presenter/server-trust.ts';
import { ONE_AGENT } from '../presenter/tls-connections.ts';

/** Shows the key that was last fetched; `apiKey` is asked before each request. */
export function presentVaultedKey({
  apiKey,
  trust,
}: {
  readonly apiKey: () => string;
  readonly trust: ServerTrust;
}): Presenter {
  return presentHeaders({
    headers: () => ({ authorization: `Bearer ${apiKey()}` }),
    trust,
    connectionsMax: ONE_AGENT.connectionsMax,
  });
}
