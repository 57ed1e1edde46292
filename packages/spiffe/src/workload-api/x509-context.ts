import { createPrivateKey } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { X509BundleSet } from '../bundle/x509-bundle.ts';
import { splitCertificates } from '../der/split-certificates.ts';
import { SvidIdInvalid } from '../x509-svid/x509-svid.errors.ts';
import { createX509Svid, type X509Svid } from '../x509-svid/x509-svid.ts';
import { firstOfEachHint } from './first-of-each-hint.ts';
import { assertFields, assertSome } from './mandatory-fields.ts';
import type { X509SvidMessage, X509SvidResponse } from './workload-api-definition.ts';
import { type ReadBundles, readBundleOf, readBundlesById } from './x509-bundles.ts';

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

/**
 * Reads one response after the other. What has not changed since the last one stays the same
 * object and is not parsed again: responses hold the complete state, of which a rotation
 * changes a part.
 */
export class X509ContextReader {
  #svids: ReadonlyMap<string, ReadSvid> = new Map();
  #bundles: ReadBundles = new Map();

  /**
   * Rejects when any part can't be read; the next call still knows the last good state. Works in
   * slices: a host of a thousand agents has requests to serve while it rotates.
   */
  async read(response: X509SvidResponse): Promise<X509Context> {
    assertSome(response.svids);
    const svids = new Map<string, ReadSvid>();
    const bundles = new Map<string, ReturnType<typeof readBundleOf>>();
    let sliceEndsAt = performance.now() + SLICE_MS;
    for (const message of firstOfEachHint(response.svids)) {
      if (performance.now() > sliceEndsAt) {
        await setImmediate();
        sliceEndsAt = performance.now() + SLICE_MS;
      }
      const read = this.#readSvid(message);
      svids.set(keyOf(message), read);
      const { trustDomain } = read.svid.spiffeId;
      const known = bundles.get(trustDomain) ?? this.#bundles.get(trustDomain);
      bundles.set(trustDomain, readBundleOf(trustDomain, message.bundle, known));
    }
    for (const [trustDomain, read] of readBundlesById(response.federatedBundles, this.#bundles)) {
      if (!bundles.has(trustDomain)) bundles.set(trustDomain, read);
    }
    this.#svids = svids;
    this.#bundles = bundles;
    return {
      svids: [...svids.values()].map(({ svid }) => svid),
      bundles: new X509BundleSet([...bundles.values()].map(({ bundle }) => bundle)),
    };
  }

  #readSvid(message: X509SvidMessage): ReadSvid {
    const { spiffeId, x509Svid, x509SvidKey, bundle } = message;
    assertFields({ spiffe_id: spiffeId, x509_svid: x509Svid, x509_svid_key: x509SvidKey, bundle });
    const known = this.#svids.get(keyOf(message));
    if (known !== undefined && Buffer.compare(known.bytes, x509Svid) === 0) return known;
    // A copy: views would keep the whole response, of all SVIDs, in memory.
    const bytes = new Uint8Array(x509Svid);
    const svid = createX509Svid({
      certificates: splitCertificates(bytes),
      privateKey: createPrivateKey({ key: Buffer.from(x509SvidKey), format: 'der', type: 'pkcs8' }),
      ...(message.hint === '' ? {} : { hint: message.hint }),
    });
    if (svid.spiffeId.toString() !== spiffeId) {
      throw new SvidIdInvalid('the certificate is not for the SPIFFE ID it came with');
    }
    return { bytes, svid };
  }
}

/** One identity may come under several hints. */
function keyOf({ spiffeId, hint }: X509SvidMessage): string {
  return `${spiffeId} ${hint}`;
}

/** The shortest lifetime of an SVID that is held. */
export function shortestLifetimeMs({ svids }: X509Context): number {
  return Math.min(...svids.map(({ notBefore, notAfter }) => notAfter.getTime() - notBefore.getTime()));
}
