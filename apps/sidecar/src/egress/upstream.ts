import { createPrivateKey } from 'node:crypto';
import { FollowingConnections, type HeldX509Svid, type ServerTrust } from '@blastradius/credentials';
import { parseSpiffeId, splitCertificates, type X509SvidMessage } from '@blastradius/spiffe';
import type { X509Snapshot } from '@blastradius/workload-api';
import type { Dispatcher } from 'undici';
import type { EgressRoute, ExpectedServer } from './egress-route.ts';

/**
 * Several callers may share an identity. A connection costs a handshake, so it is kept for as long as
 * the server says that it keeps it, up to a minute.
 */
const LIMITS = { connectionsMax: 4, idleMsMax: 60_000, responseBytesMax: -1 };

const held = new WeakMap<X509SvidMessage, HeldX509Svid>();
const authorities = new WeakMap<Uint8Array, readonly Uint8Array[]>();

/** Connections of one identity over one route. */
export interface UpstreamConnections {
  /** Ask again for each request, and send at once: what is shown and who is trusted may have changed. */
  dispatcher(): Dispatcher;
  /** Lets what is under way end. */
  close(): Promise<void>;
}

/** Shows whichever SVID of the identity is current by then, and none where the route goes by tokens. */
export function connectUpstream(
  { server, credential }: EgressRoute,
  svid: () => X509SvidMessage,
  snapshot: () => X509Snapshot,
): UpstreamConnections {
  const connections = new FollowingConnections(trustIn(server, snapshot), LIMITS);
  return {
    dispatcher: () => connections.showing(credential.kind === 'x509-svid' ? readOnce(svid()) : undefined),
    close: () => connections.close(),
  };
}

function trustIn(server: ExpectedServer, snapshot: () => X509Snapshot): ServerTrust {
  if (server.kind === 'web-pki') return server;
  if (server.kind === 'ca') return { kind: 'certificate', certificatePem: server.pem };
  const trustDomain =
    server.kind === 'spiffe-id' ? parseSpiffeId(server.spiffeId).trustDomain : server.trustDomain;
  // A workload's trust is its own bundle and those of the trust domains that it federates with.
  const authoritiesNow = () => {
    const { bundles, federatedBundles } = snapshot();
    const id = `spiffe://${trustDomain}`;
    return splitOnce(bundles.get(id) ?? federatedBundles.get(id));
  };
  return server.kind === 'spiffe-id'
    ? { kind: 'spiffe', serverId: server.spiffeId, authorities: authoritiesNow }
    : { kind: 'trust-domain', trustDomain, authorities: authoritiesNow };
}

/** The same object for the same SVID, by which the connections know that nothing has changed. */
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
