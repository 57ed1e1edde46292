import type { SecureContextOptions } from 'node:tls';
import type { Logger } from '@blastradius/nest-kit';
import { certificatesToPem, type X509Source } from '@blastradius/spiffe';
import { type ServerTls, sharedTlsOptions } from './server-tls.ts';

/**
 * Arm `x509-svid`: the server's own X509-SVID, and the authorities of its trust domain for its
 * clients. A client without a certificate, or with a wrong one, is let through the handshake: it is
 * admission that refuses it, with an answer and a record.
 */
export function x509SourceTls(source: X509Source, trustDomain: string, logger: Logger): ServerTls {
  let trustVersion = 0;
  return {
    options: {
      ...sharedTlsOptions,
      ...secureContextOf(source, trustDomain),
      requestCert: true,
      rejectUnauthorized: false,
    },
    certificatePem: null,
    follow: (server) => {
      const renew = () => {
        trustVersion += 1;
        try {
          server.setSecureContext({ ...sharedTlsOptions, ...secureContextOf(source, trustDomain) });
        } catch (err) {
          // The last good certificate goes on until its end.
          logger.error({ err }, 'the new SVID could not be taken into use');
        }
      };
      source.onUpdate(renew);
      // What came while the server was starting.
      renew();
    },
    trustVersion: () => trustVersion,
    certificateEnds: () => source.svid().notAfter,
    close: () => source.close(),
  };
}

function secureContextOf(
  source: X509Source,
  trustDomain: string,
): Pick<SecureContextOptions, 'cert' | 'key' | 'ca'> {
  const { certificates, privateKey } = source.svid();
  const authorities = source.bundles().get(trustDomain)?.authorities ?? [];
  return {
    cert: certificatesToPem(certificates),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    // Never Node's own list of web CAs: an empty bundle trusts nobody.
    ca: authorities.map((der) => certificatesToPem([der])),
  };
}
