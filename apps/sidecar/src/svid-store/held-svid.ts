import type { X509SvidMessage } from '@blastradius/spiffe';
import type { RenewableSvid } from '../rotation/renewal-time.ts';

/** An X509-SVID with its private key, in memory only. */
export interface HeldSvid extends RenewableSvid {
  readonly spiffeId: string;
  /** Certificates, DER, one after the other, leaf first. */
  readonly chain: Uint8Array;
  /** PKCS #8, DER. */
  readonly key: Uint8Array;
  /** Which authority signed it; hex of its key identifier. */
  readonly authorityKeyId: string | undefined;
}

const messages = new WeakMap<HeldSvid, X509SvidMessage>();

/** The message for an SVID: the same object until SVID, bundle or hint change, so that it is encoded once. */
export function svidMessage(svid: HeldSvid, bundle: Uint8Array, hint: string): X509SvidMessage {
  const known = messages.get(svid);
  if (known !== undefined && known.bundle === bundle && known.hint === hint) return known;
  const message = { spiffeId: svid.spiffeId, x509Svid: svid.chain, x509SvidKey: svid.key, bundle, hint };
  messages.set(svid, message);
  return message;
}
