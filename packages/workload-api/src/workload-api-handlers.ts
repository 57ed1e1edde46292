import type { Clock } from '@blastradius/kernel';
import type { WitSvidMessage } from '@blastradius/spiffe';
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { assertFetchJwtSvids, type FetchJwtSvidsRequest, fetchJwtSvids } from './fetch-jwt-svids.ts';
import { serveStream, serveUnary, type WorkloadCaller } from './serve-call.ts';
import type { SnapshotWatcher } from './snapshot-stream.ts';
import { assertRequestedId, encodeJwtBundles, encodeWitBundles, encodeWitSvids } from './token-encoding.ts';
import type { JwtIdentities, TokenBundles, TokenBundlesWatcher, WitIdentities } from './token-identities.ts';
import { assertValidateJwtSvid, type ValidateJwtSvidRequest, validateJwtSvid } from './validate-jwt-svid.ts';
import { ProfileNotServed } from './workload-api.errors.ts';
import type { WorkloadIdentities, X509Snapshot } from './workload-identities.ts';
import { encodeX509Bundles, encodeX509Svids } from './x509-encoding.ts';

/** Where what is served comes from, a source for each profile. */
export interface ServedIdentities {
  readonly x509: WorkloadIdentities;
  readonly jwt: JwtIdentities;
  /** Left out where the profile, which is optional, is not served. */
  readonly wit: WitIdentities | undefined;
  readonly trustDomain: string;
  readonly clock: Clock;
}

/** The methods for the caller at the other end of one connection. */
export function workloadApiHandlers(
  caller: WorkloadCaller,
  identities: ServedIdentities,
): UntypedServiceImplementation {
  return {
    ...x509Handlers(caller, identities.x509),
    ...jwtHandlers(caller, identities),
    ...witHandlers(caller, identities.wit),
  };
}

const acceptAny = () => {};

function x509Handlers(caller: WorkloadCaller, source: WorkloadIdentities): UntypedServiceImplementation {
  const accept = acceptAny;
  const watch = source.watch.bind(source);
  return {
    FetchX509SVID: serveStream<object, X509Snapshot>(caller, { accept, watch, encode: encodeX509Svids }),
    FetchX509Bundles: serveStream<object, X509Snapshot>(caller, { accept, watch, encode: encodeX509Bundles }),
  };
}

function jwtHandlers(caller: WorkloadCaller, identities: ServedIdentities): UntypedServiceImplementation {
  const source = identities.jwt;
  return {
    FetchJWTSVID: serveUnary<FetchJwtSvidsRequest>(caller, {
      accept: assertFetchJwtSvids,
      answer: (selectors, request) => fetchJwtSvids(source, selectors, request),
    }),
    ValidateJWTSVID: serveUnary<ValidateJwtSvidRequest>(caller, {
      accept: assertValidateJwtSvid,
      answer: (selectors, request) => validateJwtSvid(identities, selectors, request),
    }),
    FetchJWTBundles: serveStream<object, TokenBundles>(caller, {
      accept: acceptAny,
      watch: (selectors, watcher) => source.watchJwtBundles(selectors, bundlesTo(watcher)),
      encode: encodeJwtBundles,
    }),
  };
}

function witHandlers(
  caller: WorkloadCaller,
  source: WitIdentities | undefined,
): UntypedServiceImplementation {
  const served = () => {
    if (source === undefined) throw new ProfileNotServed('the WIT-SVID profile is not served');
    return source;
  };
  return {
    FetchWITSVID: serveStream<{ spiffeId: string }, readonly WitSvidMessage[]>(caller, {
      accept: ({ spiffeId }) => {
        served();
        assertRequestedId(spiffeId);
      },
      watch: (selectors, watcher) =>
        served().watchWitSvids(selectors, {
          onSvids: (svids) => watcher.onSnapshot(svids),
          onError: (error) => watcher.onError(error),
        }),
      encode: (svids, { spiffeId }) => encodeWitSvids(svids, spiffeId),
    }),
    FetchWITBundles: serveStream<object, TokenBundles>(caller, {
      accept: served,
      watch: (selectors, watcher) => served().watchWitBundles(selectors, bundlesTo(watcher)),
      encode: encodeWitBundles,
    }),
  };
}

function bundlesTo(watcher: SnapshotWatcher<TokenBundles>): TokenBundlesWatcher {
  return {
    onBundles: (bundles) => watcher.onSnapshot(bundles),
    onError: (error) => watcher.onError(error),
  };
}
