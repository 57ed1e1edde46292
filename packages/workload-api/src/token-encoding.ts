import { parseSpiffeId, type WitSvidMessage } from '@blastradius/spiffe';
import { encodeResponse } from './encode-response.ts';
import type { TokenBundles } from './token-identities.ts';
import { NoIdentityIssued, WorkloadRequestInvalid } from './workload-api.errors.ts';

/** The JWTBundlesResponse; a caller that may have no bundle may have no JWT-SVID either. */
export function encodeJwtBundles(bundles: TokenBundles): Buffer {
  const entries = entriesOf(bundles).map(([trustDomainId, jwks]) => [trustDomainId, Buffer.from(jwks)]);
  return encodeResponse('FetchJWTBundles', { bundles: Object.fromEntries(entries) });
}

export function encodeWitBundles(bundles: TokenBundles): Buffer {
  return encodeResponse('FetchWITBundles', { bundles: Object.fromEntries(entriesOf(bundles)) });
}

/** The WITSVIDResponse, of all identities or of the one that was asked for. */
export function encodeWitSvids(svids: readonly WitSvidMessage[], spiffeId: string): Buffer {
  const wanted = spiffeId === '' ? svids : svids.filter((svid) => svid.spiffeId === spiffeId);
  if (wanted.length === 0) throw new NoIdentityIssued('no identity issued');
  return encodeResponse('FetchWITSVID', { svids: wanted });
}

/** The identity that a request names; empty where it names none, as Protocol Buffers has it. */
export function assertRequestedId(spiffeId: string): void {
  if (spiffeId === '') return;
  try {
    parseSpiffeId(spiffeId);
  } catch (cause) {
    const publicDetail = 'the requested SPIFFE ID is not valid';
    throw new WorkloadRequestInvalid(publicDetail, { publicDetail, cause });
  }
}

function entriesOf(bundles: TokenBundles): [string, string][] {
  if (bundles.size === 0) throw new NoIdentityIssued('no identity issued');
  return [...bundles];
}
