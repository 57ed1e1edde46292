import { FollowingConnections } from '../presenter/following-connections.ts';
import type { Presenter } from '../presenter/presenter.ts';
import type { ServerTrust } from '../presenter/server-trust.ts';
import { DPOP_HEADER, type DpopKey } from './proof.ts';

/** An access token with the key that it is bound to. */
export interface BoundAccessToken {
  readonly accessToken: string;
  readonly key: DpopKey;
}

/**
 * Shows an access token with a DPoP proof that is made for each request (RFC 9449, section 7.1); `token`
 * is asked before each for the current one.
 */
export function presentBoundAccessToken(options: {
  readonly token: () => BoundAccessToken | Promise<BoundAccessToken>;
  readonly trust: ServerTrust;
}): Presenter {
  const connections = new FollowingConnections(options.trust);
  return {
    headers: async (url, method) => {
      const { accessToken, key } = await options.token();
      return {
        authorization: `DPoP ${accessToken}`,
        [DPOP_HEADER]: await key.prove({ method, url, accessToken }),
      };
    },
    dispatcher: () => connections.showing(),
    close: () => connections.close(),
  };
}
