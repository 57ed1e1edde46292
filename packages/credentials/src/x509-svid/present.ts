import { FollowingConnections, type HeldX509Svid } from '../presenter/following-connections.ts';
import type { Presenter } from '../presenter/presenter.ts';
import type { ServerTrust } from '../presenter/server-trust.ts';
import type { ConnectionLimits } from '../presenter/tls-connections.ts';

/**
 * Shows an X509-SVID in mutual TLS; `svid` is asked before each request for the current one. Where
 * several callers share the identity, `limits` gives them more than one connection.
 */
export function presentX509Svid(options: {
  readonly svid: () => HeldX509Svid;
  readonly trust: ServerTrust;
  readonly limits?: Partial<ConnectionLimits>;
}): Presenter {
  const connections = new FollowingConnections(options.trust, options.limits);
  return {
    headers: () => ({}),
    dispatcher: () => connections.showing(options.svid()),
    close: () => connections.close(),
  };
}
