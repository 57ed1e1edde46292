import { X509Certificate } from 'node:crypto';
import { createServerCertificate } from '@blastradius/pki';
import { type ServerTls, sharedTlsOptions } from './server-tls.ts';

/** Where agents hold keys: a certificate of the server's own, and none asked of the client. */
export async function selfSignedTls(dnsNames: readonly string[]): Promise<ServerTls> {
  const { certificatePem, privateKeyPem } = await createServerCertificate({ dnsNames });
  const notAfter = new X509Certificate(certificatePem).validToDate;
  return {
    options: { ...sharedTlsOptions, cert: certificatePem, key: privateKeyPem },
    certificatePem,
    follow: () => {},
    trustVersion: () => 0,
    certificateEnds: () => notAfter,
    close: () => {},
  };
}
