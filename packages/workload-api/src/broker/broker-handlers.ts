import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { assertFetchJwtSvids, fetchJwtSvids } from '../fetch-jwt-svids.ts';
import { serveStream, serveUnary, type WorkloadCaller } from '../serve-call.ts';
import { encodeJwtBundles } from '../token-encoding.ts';
import type { JwtIdentities, TokenBundles } from '../token-identities.ts';
import type { WorkloadIdentities, X509Snapshot } from '../workload-identities.ts';
import { encodeX509Bundles, encodeX509Svids } from '../x509-encoding.ts';
import { type BrokerRequest, referencedPid } from './referenced-process.ts';

/** What one broker may have in the place of others. */
export interface BrokeredIdentities {
  readonly x509: WorkloadIdentities;
  readonly jwt: JwtIdentities;
}

interface FetchJwtRequest extends BrokerRequest {
  readonly audience: readonly string[];
  readonly spiffeId: string;
}

/** The methods for the broker at the other end of one connection. Who may have nothing of a workload gets no bundle for it either. */
export function brokerHandlers(
  caller: WorkloadCaller,
  { x509, jwt }: BrokeredIdentities,
): UntypedServiceImplementation {
  const accept = (request: BrokerRequest) => void referencedPid(request);
  const watch = x509.watch.bind(x509);
  return {
    SubscribeToX509SVID: serveStream<BrokerRequest, X509Snapshot>(caller, {
      accept,
      watch,
      encode: encodeX509Svids,
    }),
    SubscribeToX509Bundles: serveStream<BrokerRequest, X509Snapshot>(caller, {
      accept,
      watch,
      encode: encodeX509Bundles,
    }),
    FetchJWTSVID: serveUnary<FetchJwtRequest>(caller, {
      accept: (request) => {
        accept(request);
        assertFetchJwtSvids(request);
      },
      answer: (selectors, request) => fetchJwtSvids(jwt, selectors, request),
    }),
    SubscribeToJWTBundles: serveStream<BrokerRequest, TokenBundles>(caller, {
      accept,
      watch: (selectors, watcher) =>
        jwt.watchJwtBundles(selectors, {
          onBundles: (bundles) => watcher.onSnapshot(bundles),
          onError: (error) => watcher.onError(error),
        }),
      encode: encodeJwtBundles,
    }),
  };
}
