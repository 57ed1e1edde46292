import type { DetailedPeerCertificate, PeerCertificate, TLSSocket } from 'node:tls';
import { type VerifiedX509Svid, verifyX509Svid } from '../x509-svid/verify-x509-svid.ts';
import type { MtlsOptions } from './mtls-options.ts';
import { PeerNotAuthorized } from './tls.errors.ts';

/** By whom a peer is verified and wanted; it takes no identity of one's own. */
export interface PeerExpectation extends Pick<MtlsOptions, 'authorize' | 'now'> {
  readonly source: Pick<MtlsOptions['source'], 'bundles'>;
}

/** Who is at the other end of a connection. Throws `svid.*` or `tls.peer-not-authorized`. */
export function verifyTlsPeer(socket: TLSSocket, options: PeerExpectation): VerifiedX509Svid {
  return verifyPeerCertificate(socket.getPeerCertificate(true), options);
}

/** The same for a certificate as Node hands it to `checkServerIdentity`. */
export function verifyPeerCertificate(
  certificate: PeerCertificate | DetailedPeerCertificate,
  { source, authorize, now = () => new Date() }: PeerExpectation,
): VerifiedX509Svid {
  const verified = verifyX509Svid(chainOf(certificate), source.bundles(), now());
  if (authorize(verified.spiffeId)) return verified;
  throw new PeerNotAuthorized('the peer is not one of those that are wanted here', {
    context: { spiffeId: verified.spiffeId.toString() },
  });
}

/** Leaf first. Node links each certificate to its issuer, and a self-signed one to itself. */
function chainOf(leaf: PeerCertificate | DetailedPeerCertificate): Uint8Array[] {
  const chain: Uint8Array[] = [];
  const seen = new Set<object>();
  let next: (PeerCertificate & Partial<DetailedPeerCertificate>) | undefined = leaf;
  // An empty object is what Node has for a peer that showed no certificate.
  while (next?.raw !== undefined && !seen.has(next)) {
    seen.add(next);
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  return chain;
}
