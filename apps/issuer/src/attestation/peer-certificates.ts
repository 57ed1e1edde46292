import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

/** More than any attestor looks at: a peer must not make us walk without end. */
const certificatesMax = 10;

/** What the caller of a request has shown in its TLS handshake, leaf first, DER; empty where it showed nothing. */
export function peerCertificates({ socket }: IncomingMessage): Uint8Array[] {
  const chain: Uint8Array[] = [];
  let next: X509Certificate | undefined =
    socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  while (next !== undefined && chain.length < certificatesMax) {
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  return chain;
}
