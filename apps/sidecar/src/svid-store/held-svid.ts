import type { X509SvidMessage } from '@blastradius/spiffe';
import type { RenewableSvid } from '../rotation/renewal-time.ts';

/** An SVID that is held for workloads, with its private key, in memory only. */
export interface HeldIdentity extends RenewableSvid {
  readonly spiffeId: string;
  /** Which authority signed it; hex of its key identifier, or the kid. */
  readonly authorityKeyId: string | undefined;
}

export interface HeldSvid extends HeldIdentity {
  /** Certificates, DER, one after the other, leaf first. */
  readonly chain: Uint8Array;
  /** PKCS #8, DER. */
  readonly key: Uint8Array;
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
