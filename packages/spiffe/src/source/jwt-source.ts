import { type Clock, systemClock } from '@blastradius/kernel';
import type { JwtBundleSet } from '../bundle/jwt-bundle.ts';
import type { JwtSvid } from '../jwt-svid/jwt-svid.ts';
import { verifyJwtSvid } from '../jwt-svid/verify-jwt-svid.ts';
import { readToken } from '../token-svid/token.ts';
import type { JwtSvidRequest } from '../workload-api/jwt-svids.ts';
import {
  createWorkloadApiClient,
  type WorkloadApiClientOptions,
} from '../workload-api/workload-api-client.ts';
import { JwtSvidCache } from './jwt-svid-cache.ts';
import { LiveState, type SourceOptions } from './live-state.ts';

/** JWT-SVIDs to show, and the bundles to verify those that others show. */
export interface JwtSource extends AsyncDisposable {
  /**
   * A token for the audience: from memory until half of its life is over, then a new one; the old one, where
   * no new one can be had for now, it still lives, and its key is still in the bundle. Rejects with `WorkloadApiCallFailed`.
   */
  svid(request: JwtSvidRequest): Promise<JwtSvid>;
  bundles(): JwtBundleSet;
  /** Verifies a token that a caller presents, for one of the verifier's own names. Rejects with `jwt-svid.*`. */
  verify(token: string, audience: string | readonly string[]): Promise<JwtSvid>;
  /** Calls the listener after each change of the bundles, until the returned function is called. */
  onUpdate(listener: () => void): () => void;
  close(): void;
}

export interface JwtSourceOptions extends WorkloadApiClientOptions, SourceOptions {
  readonly clock?: Clock;
}

/** Opens a source and waits for its bundles. Rejects after the timeout, or when trying is in vain. */
export async function createJwtSource(options: JwtSourceOptions = {}): Promise<JwtSource> {
  const clock = options.clock ?? systemClock;
  const client = createWorkloadApiClient(options);
  const live = await LiveState.open<JwtBundleSet>(
    'jwt',
    (watcher) => client.watchJwtBundles(watcher),
    options,
  );
  const cache = new JwtSvidCache((request) => client.fetchJwtSvid(request), clock);
  // A key that is gone from the bundle was revoked: no verifier takes what it has signed.
  live.onUpdate(() => cache.retain((svid) => isSignedByOneOf(live.state, svid)));
  const close = () => live.close();
  return {
    svid: (request) => cache.get(request),
    bundles: () => live.state,
    verify: (token, audience) =>
      verifyJwtSvid(token, {
        audience: typeof audience === 'string' ? [audience] : audience,
        bundles: live.state,
        now: clock.now(),
      }),
    onUpdate: (listener) => live.onUpdate(listener),
    close,
    [Symbol.asyncDispose]: async () => close(),
  };
}

function isSignedByOneOf(bundles: JwtBundleSet, { spiffeId, token }: JwtSvid): boolean {
  const { kid } = readToken('jwt-svid', token).header;
  return kid !== undefined && bundles.get(spiffeId.trustDomain)?.authorities.has(kid) === true;
}
