import type { SecureContextOptions } from 'node:tls';
import type { Authorizer } from '../authorizer/authorizer.ts';
import { certificatesToPem } from '../pem/pem.ts';
import type { X509Source } from '../source/x509-source.ts';

/** Who we are in mutual TLS, whom we believe, and whom we want. */
export interface MtlsOptions {
  /** The newest SVID and bundles are taken for each new connection. */
  readonly source: Pick<X509Source, 'svid' | 'bundles' | 'onUpdate'>;
  /** Says whether a peer whose SVID has been verified may go on. */
  readonly authorize: Authorizer;
  /** The identity to show; left out, the default one. */
  readonly spiffeId?: string;
  /** The time that certificates are judged by. */
  readonly now?: () => Date;
}

/**
 * Certificate, key and authorities as they are now. OpenSSL gets the authorities of all trust domains, and
 * never Node's own list of web CAs: which of them speaks for which trust domain is for `verifyTlsPeer` to say.
 * Throws `x509-source.svid-not-held`.
 */
export function secureContextOptions({
  source,
  spiffeId,
}: Pick<MtlsOptions, 'source' | 'spiffeId'>): SecureContextOptions {
  const { certificates, privateKey } = source.svid(spiffeId);
  const authorities = source.bundles().bundles.flatMap((bundle) => bundle.authorities);
  return {
    cert: certificatesToPem(certificates),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ca: authorities.map((der) => certificatesToPem([der])),
    // A bundle may hold an authority that another has signed (SPIRE with an upstream authority).
    allowPartialTrustChain: true,
    minVersion: 'TLSv1.3',
  };
}
