import { FollowingConnections } from '../presenter/following-connections.ts';
import type { Presenter } from '../presenter/presenter.ts';
import type { ServerTrust } from '../presenter/server-trust.ts';

/**
 * Shows a JWT-SVID as a bearer token (RFC 6750, section 2.1), over TLS without a client certificate;
 * `token` is asked before each request for the current one.
 */
export function presentJwtSvid(options: {
  readonly token: () => Promise<string>;
  readonly trust: ServerTrust;
}): Presenter {
  const connections = new FollowingConnections(options.trust);
  return {
    headers: async () => ({ authorization: `Bearer ${await options.token()}` }),
    dispatcher: () => connections.showing(),
    close: () => connections.close(),
  };
}
