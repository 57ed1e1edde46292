import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/**
 * Requests, each for a key of its own, that name no identity, so that any may be asked for with them: SPIRE and
 * our issuer both take it from outside the request. Base64 of DER.
 */
export async function certificateRequests(count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const request = await x509.Pkcs10CertificateRequestGenerator.create({
        keys,
        signingAlgorithm: algorithm,
      });
      return Buffer.from(request.rawData).toString('base64');
    }),
  );
}
