import type { X509SvidMessage } from '@blastradius/spiffe';
import { encodeResponse } from './encode-response.ts';
import { NoIdentityIssued } from './workload-api.errors.ts';
import type { X509Snapshot } from './workload-identities.ts';

const svidFields = new WeakMap<X509SvidMessage, Buffer>();
const svidResponses = new WeakMap<X509Snapshot, Buffer>();
const bundleResponses = new WeakMap<X509Snapshot['bundles'], WeakMap<X509Snapshot['bundles'], Buffer>>();

/**
 * The X509SVIDResponse for a snapshot. Protocol Buffers defines the concatenation of two
 * encodings as their merge, so each SVID is encoded once in its life and a snapshot of a
 * thousand is a concatenation.
 */
export function encodeX509Svids(snapshot: X509Snapshot): Buffer {
  if (snapshot.svids.length === 0) throw new NoIdentityIssued('no identity issued');
  const known = svidResponses.get(snapshot);
  if (known !== undefined) return known;
  const encoded = Buffer.concat([
    ...snapshot.svids.map(encodeSvidField),
    encodeResponse('FetchX509SVID', { federatedBundles: Object.fromEntries(snapshot.federatedBundles) }),
  ]);
  svidResponses.set(snapshot, encoded);
  return encoded;
}

/** The X509BundlesResponse for a snapshot; the same object for as long as no bundle has changed. */
export function encodeX509Bundles(snapshot: X509Snapshot): Buffer {
  if (snapshot.svids.length === 0) throw new NoIdentityIssued('no identity issued');
  const byForeign = bundleResponses.get(snapshot.bundles) ?? new WeakMap();
  bundleResponses.set(snapshot.bundles, byForeign);
  const known = byForeign.get(snapshot.federatedBundles);
  if (known !== undefined) return known;
  const bundles = Object.fromEntries([...snapshot.bundles, ...snapshot.federatedBundles]);
  const encoded = encodeResponse('FetchX509Bundles', { bundles });
  byForeign.set(snapshot.federatedBundles, encoded);
  return encoded;
}

function encodeSvidField(svid: X509SvidMessage): Buffer {
  const known = svidFields.get(svid);
  if (known !== undefined) return known;
  const encoded = encodeResponse('FetchX509SVID', { svids: [svid] });
  svidFields.set(svid, encoded);
  return encoded;
}
