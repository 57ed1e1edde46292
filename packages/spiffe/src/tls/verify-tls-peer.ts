import type { PeerCertificate, TLSSocket } from 'node:tls';
import { type VerifiedX509Svid, verifyX509Svid } from '../x509-svid/verify-x509-svid.ts';
import type { MtlsOptions } from './mtls-options.ts';
import { chainFrom, peerChain } from './peer-chain.ts';
import { PeerNotAuthorized } from './tls.errors.ts';

/** By whom a peer is verified and wanted; it takes no identity of one's own. */
export interface PeerExpectation extends Pick<MtlsOptions, 'authorize' | 'now'> {
  readonly source: Pick<MtlsOptions['source'], 'bundles'>;
}

/** Who is at the other end of a connection. Throws `svid.*` or `tls.peer-not-authorized`. */
export function verifyTlsPeer(socket: TLSSocket, options: PeerExpectation): VerifiedX509Svid {
  return verifyPeerChain(peerChain(socket), options);
}

/** The same for a certificate as Node hands it to `checkServerIdentity`. */
export function verifyPeerCertificate(
  certificate: PeerCertificate,
  options: PeerExpectation,
): VerifiedX509Svid {
  return verifyPeerChain(chainFrom(certificate), options);
}

function verifyPeerChain(
  chain: readonly Uint8Array[],
  { source, authorize, now = () => new Date() }: PeerExpectation,
): VerifiedX509Svid {
  const verified = verifyX509Svid(chain, source.bundles(), now());
  if (authorize(verified.spiffeId)) return verified;
  throw new PeerNotAuthorized('the peer is not one of those that are wanted here', {
    context: { spiffeId: verified.spiffeId.toString() },
  });
}
