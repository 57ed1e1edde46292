import 'reflect-metadata';
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { parseTrustDomain } from '@blastradius/spiffe';
import * as x509 from '@peculiar/x509';

/** A signing certificate of a trust domain and its key. */
export interface Authority {
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
}

export interface AuthorityRequest {
  readonly trustDomain: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A self-signed authority (X509-SVID, sections 2 and 4: its ID is the trust domain's, without a path). */
export async function createAuthority(request: AuthorityRequest): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const serial = randomBytes(16);
  // Positive, and never shorter than its first byte.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const serialNumber = serial.toString('hex');
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber,
    // A name of its own for each authority, so that path building never confuses two of them.
    name: [{ O: ['SPIFFE'] }, { CN: [`authority ${serialNumber.slice(0, 16)}`] }],
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      new x509.SubjectAlternativeNameExtension([
        { type: 'url', value: `spiffe://${parseTrustDomain(request.trustDomain)}` },
      ]),
    ],
  });
  return { certificate: new Uint8Array(certificate.rawData), privateKey: KeyObject.from(keys.privateKey) };
}
