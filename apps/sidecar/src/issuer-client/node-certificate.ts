import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { issuance } from '@blastradius/contracts';
import { certificatesFromPem } from '@blastradius/spiffe';
import { createKeyAndCsr } from '../key-and-csr.ts';
import { toBase64 } from './base64.ts';
import { NodeCertificateUnreadable } from './issuer-client.errors.ts';
import type { ClientCertificate } from './issuer-tls.ts';
import { type Admitted, admittedAs, type SidecarIdentityContext } from './sidecar-identity.ts';

/** The certificate that the operator's CA has issued to this node, with what lies between, and its key; PEM. */
export interface NodeCertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/**
 * Gets the sidecar an SVID by its node's certificate (x509pop): the TLS handshake proves that we hold its
 * key. The files are read each time, because their operator renews them. It goes over a connection of its
 * own: requests under way for workloads keep theirs.
 */
export async function attestByNodeCertificate(
  context: SidecarIdentityContext,
  files: NodeCertificateFiles,
  authorities: readonly Uint8Array[],
): Promise<Admitted> {
  const clientCertificate = await readNodeCertificate(files);
  const connection = context.connection.another({ authorities, clientCertificate });
  try {
    const requestedAtMs = context.clock.now().getTime();
    // The certificate decides which node we are; the request's own URI is only a form.
    const pair = await createKeyAndCsr(`spiffe://${context.trustDomain}/sidecar`);
    const request = { csr: toBase64(pair.csr) };
    const answer = await connection.post('/v1/attest/x509pop', request, issuance.joinTokenAnswer);
    return admittedAs(answer, pair, { requestedAtMs, clock: context.clock });
  } finally {
    await connection.close();
  }
}

async function readNodeCertificate({
  certificateFile,
  keyFile,
}: NodeCertificateFiles): Promise<ClientCertificate> {
  try {
    const [certificates, key] = await Promise.all([
      readFile(certificateFile, 'utf8'),
      readFile(keyFile, 'utf8'),
    ]);
    const privateKeyPem = createPrivateKey(key).export({ type: 'pkcs8', format: 'pem' }).toString();
    return { certificateChain: certificatesFromPem(certificates), privateKeyPem };
  } catch (cause) {
    throw new NodeCertificateUnreadable(
      `${certificateFile} and ${keyFile} hold no certificate and key in PEM`,
      {
        cause,
      },
    );
  }
}
