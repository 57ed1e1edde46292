import { createPrivateKey } from 'node:crypto';
import { type HeldX509Svid, type Presenter, presentX509Svid } from '@blastradius/credentials';
import { parseSpiffeId, splitCertificates, type X509SvidMessage } from '@blastradius/spiffe';
import type { X509Snapshot } from '@blastradius/workload-api';

/** The one server that requests go to. */
export interface Upstream {
  /** `https://host:port`. */
  readonly origin: string;
  /** Whom it must prove to be. */
  readonly spiffeId: string;
}

/**
 * Several callers may share an identity. A connection costs a handshake, so it is kept for as long as
 * the server says that it keeps it, up to a minute.
 */
const LIMITS = { connectionsMax: 4, idleMsMax: 60_000, responseBytesMax: -1 };

const held = new WeakMap<X509SvidMessage, HeldX509Svid>();
const authorities = new WeakMap<Uint8Array, readonly Uint8Array[]>();

/** Connections to the upstream that show one identity, whichever SVID of it `snapshot` holds by then. */
export function presentTo(
  upstream: Upstream,
  svid: () => X509SvidMessage,
  snapshot: () => X509Snapshot,
): Presenter {
  const trustDomainId = `spiffe://${parseSpiffeId(upstream.spiffeId).trustDomain}`;
  return presentX509Svid({
    svid: () => readOnce(svid()),
    trust: {
      kind: 'spiffe',
      serverId: upstream.spiffeId,
      authorities: () => splitOnce(snapshot().bundles.get(trustDomainId)),
    },
    limits: LIMITS,
  });
}

/** The same object for the same SVID, by which the presenter knows that nothing has changed. */
function readOnce(message: X509SvidMessage): HeldX509Svid {
  const known = held.get(message);
  if (known !== undefined) return known;
  const read = {
    certificates: splitCertificates(message.x509Svid),
    privateKey: createPrivateKey({ key: Buffer.from(message.x509SvidKey), format: 'der', type: 'pkcs8' }),
  };
  held.set(message, read);
  return read;
}

function splitOnce(der: Uint8Array | undefined): readonly Uint8Array[] {
  if (der === undefined) return [];
  const known = authorities.get(der);
  if (known !== undefined) return known;
  const split = splitCertificates(der);
  authorities.set(der, split);
  return split;
}
