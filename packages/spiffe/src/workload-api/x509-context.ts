import { createPrivateKey } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type X509Bundle, X509BundleSet } from '../bundle/x509-bundle.ts';
import { splitCertificates } from '../der/split-certificates.ts';
import { parseSpiffeId } from '../spiffe-id/spiffe-id.ts';
import { SvidIdInvalid } from '../x509-svid/x509-svid.errors.ts';
import { createX509Svid, type X509Svid } from '../x509-svid/x509-svid.ts';
import type { X509SvidMessage, X509SvidResponse } from './workload-api-definition.ts';

/** Everything a workload has at one moment. */
export interface X509Context {
  /** The first is the default identity. */
  readonly svids: readonly X509Svid[];
  /** The workload's own trust domain and those it may talk to. */
  readonly bundles: X509BundleSet;
}

const SLICE_MS = 10;

interface ReadSvid {
  readonly bytes: Uint8Array;
  readonly svid: X509Svid;
}

interface ReadBundle {
  readonly bytes: Uint8Array;
  readonly bundle: X509Bundle;
}

/**
 * Reads one response after the other. What has not changed since the last one stays the same
 * object and is not parsed again: responses hold the complete state, of which a rotation
 * changes a part.
 */
export class X509ContextReader {
  #svids: ReadonlyMap<string, ReadSvid> = new Map();
  #bundles: ReadonlyMap<string, ReadBundle> = new Map();

  /**
   * Rejects when any part can't be read; the next call still knows the last good state. Works in
   * slices: a host of a thousand agents has requests to serve while it rotates.
   */
  async read(response: X509SvidResponse): Promise<X509Context> {
    const svids = new Map<string, ReadSvid>();
    const bundles = new Map<string, ReadBundle>();
    let sliceEndsAt = performance.now() + SLICE_MS;
    for (const message of response.svids) {
      if (performance.now() > sliceEndsAt) {
        await setImmediate();
        sliceEndsAt = performance.now() + SLICE_MS;
      }
      const read = this.#readSvid(message);
      svids.set(message.spiffeId, read);
      const { trustDomain } = read.svid.spiffeId;
      if (!bundles.has(trustDomain)) bundles.set(trustDomain, this.#readBundle(trustDomain, message.bundle));
    }
    for (const [id, bytes] of Object.entries(response.federatedBundles)) {
      const { trustDomain } = parseSpiffeId(id);
      if (!bundles.has(trustDomain)) bundles.set(trustDomain, this.#readBundle(trustDomain, bytes));
    }
    this.#svids = svids;
    this.#bundles = bundles;
    return {
      svids: [...svids.values()].map(({ svid }) => svid),
      bundles: new X509BundleSet([...bundles.values()].map(({ bundle }) => bundle)),
    };
  }

  #readSvid(message: X509SvidMessage): ReadSvid {
    const known = this.#svids.get(message.spiffeId);
    const isSame = known !== undefined && sameBytes(known.bytes, message.x509Svid);
    if (isSame && (known.svid.hint ?? '') === message.hint) return known;
    // A copy: views would keep the whole response, of all SVIDs, in memory.
    const bytes = new Uint8Array(message.x509Svid);
    const svid = createX509Svid({
      certificates: splitCertificates(bytes),
      privateKey: createPrivateKey({ key: Buffer.from(message.x509SvidKey), format: 'der', type: 'pkcs8' }),
      ...(message.hint === '' ? {} : { hint: message.hint }),
    });
    if (svid.spiffeId.toString() !== message.spiffeId) {
      throw new SvidIdInvalid('the certificate is not for the SPIFFE ID it came with');
    }
    return { bytes, svid };
  }

  #readBundle(trustDomain: string, der: Uint8Array): ReadBundle {
    const known = this.#bundles.get(trustDomain);
    if (known !== undefined && sameBytes(known.bytes, der)) return known;
    const bytes = new Uint8Array(der);
    return { bytes, bundle: { trustDomain, authorities: splitCertificates(bytes) } };
  }
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
