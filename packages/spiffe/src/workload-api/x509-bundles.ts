import { type X509Bundle, X509BundleSet } from '../bundle/x509-bundle.ts';
import { splitCertificates } from '../der/split-certificates.ts';
import { parseSpiffeId } from '../spiffe-id/spiffe-id.ts';
import type { X509BundlesResponse } from './workload-api-definition.ts';

interface ReadBundle {
  readonly bytes: Uint8Array;
  readonly bundle: X509Bundle;
}

/** What was read last, by trust domain. */
export type ReadBundles = ReadonlyMap<string, ReadBundle>;

/** Reads responses of FetchX509Bundles; a bundle that has not changed stays the same object. */
export class X509BundlesReader {
  #bundles: ReadBundles = new Map();

  read({ bundles }: X509BundlesResponse): X509BundleSet {
    this.#bundles = readBundlesById(bundles, this.#bundles);
    return new X509BundleSet([...this.#bundles.values()].map(({ bundle }) => bundle));
  }
}

export function readBundlesById(
  bundles: Readonly<Record<string, Uint8Array>>,
  known: ReadBundles,
): ReadBundles {
  return new Map(
    Object.entries(bundles).map(([id, der]) => {
      const { trustDomain } = parseSpiffeId(id);
      return [trustDomain, readBundleOf(trustDomain, der, known.get(trustDomain))];
    }),
  );
}

export function readBundleOf(trustDomain: string, der: Uint8Array, known?: ReadBundle): ReadBundle {
  if (known !== undefined && Buffer.compare(known.bytes, der) === 0) return known;
  const bytes = new Uint8Array(der);
  return { bytes, bundle: { trustDomain, authorities: splitCertificates(bytes) } };
}
