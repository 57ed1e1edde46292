import { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import { certificatesToPem } from '@blastradius/spiffe';
import { NotTheIssuer } from './issuer-client.errors.ts';

/** Whom to trust, and what to show; without a certificate for the join by a token alone. */
export interface ConnectionIdentity {
  /** DER. */
  readonly authorities: readonly Uint8Array[];
  readonly clientCertificate?: ClientCertificate;
}

export interface ClientCertificate {
  /** DER, leaf first. */
  readonly certificateChain: readonly Uint8Array[];
  /** PKCS #8, PEM. */
  readonly privateKeyPem: string;
}

export interface OwnSvid extends ClientCertificate {
  readonly spiffeId: string;
}

/**
 * Mutual TLS 1.3 with the issuer. The chain is checked against the bundle alone, and the server
 * must be the issuer's SPIFFE ID itself: any other SVID of the trust domain chains up as well.
 */
export function issuerTlsOptions(identity: ConnectionIdentity, trustDomain: string) {
  const { authorities, clientCertificate: shown } = identity;
  return {
    ca: certificatesToPem(authorities),
    ...(shown && { cert: certificatesToPem(shown.certificateChain), key: shown.privateKeyPem }),
    minVersion: 'TLSv1.3' as const,
    rejectUnauthorized: true,
    checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
      refuseUnlessIssuer(certificate, trustDomain),
  };
}

function refuseUnlessIssuer(certificate: PeerCertificate, trustDomain: string): Error | undefined {
  const names = new X509Certificate(certificate.raw).subjectAltName?.split(', ') ?? [];
  const uris = names.filter((name) => name.startsWith('URI:'));
  if (uris.length === 1 && uris[0] === `URI:spiffe://${trustDomain}/issuer`) return undefined;
  return new NotTheIssuer('the server is not the issuer of the trust domain', { context: { uris } });
}
