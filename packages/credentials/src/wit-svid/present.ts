import { FollowingConnections } from '../presenter/following-connections.ts';
import type { Presenter } from '../presenter/presenter.ts';
import type { ServerTrust } from '../presenter/server-trust.ts';
import { type BoundToken, createProof, PROOF_HEADER, TOKEN_HEADER } from './proof.ts';

/**
 * Shows a WIT-SVID with a proof of possession that is made for each request; `svid` is asked before each
 * for the current one.
 */
export function presentWitSvid(options: {
  readonly svid: () => BoundToken;
  readonly trust: ServerTrust;
}): Presenter {
  const connections = new FollowingConnections(options.trust);
  return {
    headers: async (target) => {
      const svid = options.svid();
      return { [TOKEN_HEADER]: svid.token, [PROOF_HEADER]: await createProof(svid, target) };
    },
    dispatcher: () => connections.showing(),
    close: () => connections.close(),
  };
}
