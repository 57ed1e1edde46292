import { presentHeaders } from '../presenter/present-headers.ts';
import type { Presenter } from '../presenter/presenter.ts';
import type { ServerTrust } from '../presenter/server-trust.ts';
import { ONE_AGENT } from '../presenter/tls-connections.ts';

/** Shows a static API key as a bearer token (RFC 6750, section 2.1). */
export function presentStaticKey({
  apiKey,
  trust,
}: {
  readonly apiKey: string;
  readonly trust: ServerTrust;
}): Presenter {
  return presentHeaders({
    headers: { authorization: `Bearer ${apiKey}` },
    trust,
    connectionsMax: ONE_AGENT.connectionsMax,
  });
}
