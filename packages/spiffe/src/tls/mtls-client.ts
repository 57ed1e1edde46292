import { type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls';
import { type MtlsOptions, secureContextOptions } from './mtls-options.ts';
import { verifyPeerCertificate } from './verify-tls-peer.ts';

/** What `tls.connect` is given. */
export interface MtlsClientOptions extends Pick<ConnectionOptions, 'rejectUnauthorized'> {
  readonly secureContext: SecureContext;
  readonly minVersion: 'TLSv1.3';
  readonly checkServerIdentity: NonNullable<ConnectionOptions['checkServerIdentity']>;
}

/**
 * Options for one `tls.connect`: ask again for each connection. The server is known by its SVID and never by
 * its host name. Node does not ask `checkServerIdentity` about a resumed session, so none is resumed: give no
 * `session` along. Throws `x509-source.svid-not-held`.
 */
export function mtlsClientOptions(options: MtlsOptions): MtlsClientOptions {
  return {
    secureContext: createSecureContext(secureContextOptions(options)),
    minVersion: 'TLSv1.3',
    rejectUnauthorized: true,
    checkServerIdentity: (_host, certificate) => {
      try {
        verifyPeerCertificate(certificate, options);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error : new TypeError('the server was refused', { cause: error });
      }
    },
  };
}
