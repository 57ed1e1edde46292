import type { PeerCertificate, TLSSocket } from 'node:tls';
import { type VerifiedX509Svid, verifyX509Svid } from '../x509-svid/verify-x509-svid.ts';
import type { MtlsOptions } from './mtls-options.ts';
import { chainFrom, peerChain } from './peer-chain.ts';
import { PeerNotAuthorized } from './tls.errors.ts';

/** Who is at the other end of a connection. Throws `svid.*` or `tls.peer-not-authorized`. */
export function verifyTlsPeer(socket: TLSSocket, options: MtlsOptions): VerifiedX509Svid {
  return verifyPeerChain(peerChain(socket), options);
}

/** The same for a certificate as Node hands it to `checkServerIdentity`. */
export function verifyPeerCertificate(certificate: PeerCertificate, options: MtlsOptions): VerifiedX509Svid {
  return verifyPeerChain(chainFrom(certificate), options);
}

function verifyPeerChain(
  chain: readonly Uint8Array[],
  { source, authorize, now = () => new Date() }: MtlsOptions,
): VerifiedX509Svid {
  const verified = verifyX509Svid(chain, source.bundles(), now());
  if (authorize(verified.spiffeId)) return verified;
  throw new PeerNotAuthorized('the peer is not one of those that are wanted here', {
    context: { spiffeId: verified.spiffeId.toString() },
  });
}
