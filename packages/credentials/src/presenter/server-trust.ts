import type { SecureContextOptions } from 'node:tls';
import { certificatesToPem } from '@blastradius/spiffe';
import type { buildConnector } from 'undici';
import { checkServerOfTrustDomain, checkSpiffeServer } from './check-spiffe-server.ts';

/** Whom a caller takes for the real server, and whether the way there leads through a proxy. */
export type ServerTrust = TrustedServer & {
  /** A forward proxy (`CONNECT`), which sees the bytes of the connection and is not asked who the server is. */
  readonly proxyUrl?: string | undefined;
};

type TrustedServer =
  /** A certificate that was handed over beforehand, or one that it signed, valid for the server's address. */
  | { readonly kind: 'certificate'; readonly certificatePem: string }
  /** An X509-SVID with this SPIFFE ID, under an authority of its trust domain's bundle. */
  | {
      readonly kind: 'spiffe';
      readonly serverId: string;
      readonly authorities: () => readonly Uint8Array[];
    }
  /** Any X509-SVID of this trust domain, under an authority of its bundle. */
  | {
      readonly kind: 'trust-domain';
      readonly trustDomain: string;
      readonly authorities: () => readonly Uint8Array[];
    }
  /** A certificate for the server's name, under an authority that Node comes with. */
  | { readonly kind: 'web-pki' }
  /** Whoever answers. Nobody who has something to lose does this; a thief does. */
  | { readonly kind: 'anyone' };

/** The authorities that go into the TLS context. */
export function trustedAuthorities(trust: ServerTrust): Pick<SecureContextOptions, 'ca'> {
  if (trust.kind === 'certificate') return { ca: trust.certificatePem };
  if (trust.kind === 'anyone' || trust.kind === 'web-pki') return {};
  // A list, even when it is empty: an empty text would mean Node's own web CAs.
  return { ca: trust.authorities().map((der) => certificatesToPem([der])) };
}

/** How the server's certificate is judged once the connection stands. */
export function serverChecks(trust: ServerTrust): buildConnector.BuildOptions {
  if (trust.kind === 'anyone') return { rejectUnauthorized: false };
  if (trust.kind === 'certificate' || trust.kind === 'web-pki') return { rejectUnauthorized: true };
  return {
    rejectUnauthorized: true,
    checkServerIdentity: (_host, certificate) =>
      trust.kind === 'spiffe'
        ? checkSpiffeServer(certificate, trust.serverId)
        : checkServerOfTrustDomain(certificate, trust.trustDomain),
  };
}
