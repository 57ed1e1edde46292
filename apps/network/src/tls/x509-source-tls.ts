import type { Logger } from '@blastradius/nest-kit';
import { secureContextOptions, type X509Source } from '@blastradius/spiffe';
import { type ServerTls, sharedTlsOptions } from './server-tls.ts';

/**
 * With identities: the server's own X509-SVID, and the authorities of its bundles for its clients, where
 * it asks them for certificates. A client without one, or with a wrong one, is let through the handshake: it is admission
 * that refuses it, with an answer and a record.
 */
export function x509SourceTls(source: X509Source, asksClients: boolean, logger: Logger): ServerTls {
  let trustVersion = 0;
  let certificateEnds = source.svid().notAfter;
  return {
    options: {
      ...sharedTlsOptions,
      ...secureContextOptions({ source }),
      requestCert: asksClients,
      rejectUnauthorized: false,
    },
    certificatePem: null,
    follow: (server) => {
      const renew = () => {
        trustVersion += 1;
        try {
          server.setSecureContext({ ...sharedTlsOptions, ...secureContextOptions({ source }) });
          certificateEnds = source.svid().notAfter;
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
    // That of the certificate in use: of an identity that was withdrawn, the source holds none.
    certificateEnds: () => certificateEnds,
    close: () => source.close(),
  };
}
