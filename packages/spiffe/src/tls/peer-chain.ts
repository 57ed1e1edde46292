import type { Socket } from 'node:net';
import { type Server, TLSSocket } from 'node:tls';

/** A certificate as Node links it to its issuer, in both of the forms that it has for one. */
interface LinkedCertificate {
  readonly raw: Uint8Array;
  readonly issuerCertificate?: LinkedCertificate | undefined;
}

/** More than any verifier accepts: a peer must not make us walk without end. */
const certificatesMax = 10;
const kept = new WeakMap<TLSSocket, readonly Uint8Array[]>();

/**
 * What the peer of a connection has shown in its handshake: DER, leaf first, not verified; empty where it
 * showed nothing or TLS was not spoken. Of a server's connection it is whole only where `keepPeerChains` was called in time.
 */
export function peerChain(socket: Socket): readonly Uint8Array[] {
  if (!(socket instanceof TLSSocket)) return [];
  const known = kept.get(socket);
  if (known !== undefined) return known;
  const chain = chainFrom(socket.getPeerX509Certificate());
  kept.set(socket, chain);
  return chain;
}

/**
 * Lets each connection of the server know its client's whole chain; to be called before the server listens.
 * Node drops the first intermediate that is left each time someone asks for the certificate (24.21 and from
 * 26.8; nodejs/node#65579), and asks itself right before `secureConnection`: a client below one could not be
 * verified. The only event of a server that names a connection before that is `keylog`; of the keys that it
 * brings nothing is read.
 */
export function keepPeerChains(server: Server): void {
  const awaited = new WeakSet<TLSSocket>();
  server.on('keylog', (_secret, socket) => {
    if (awaited.has(socket)) return;
    awaited.add(socket);
    socket.prependOnceListener('secure', () => peerChain(socket));
  });
}

/** Leaf first. Node may go on to an authority that it found itself, and links a self-signed one to itself. */
export function chainFrom(leaf: LinkedCertificate | undefined): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  const seen = new Set<LinkedCertificate>();
  let next = leaf;
  // An empty object is what Node has for a peer that showed no certificate.
  while (next?.raw !== undefined && !seen.has(next) && chain.length < certificatesMax) {
    seen.add(next);
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  return chain;
}
