import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A signing certificate, DER, and its key. */
interface SigningAuthority {
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
}

/** An authority of a trust domain that another one of it has signed: no issuer of ours makes one, others do. */
export async function intermediateBelow(above: SigningAuthority): Promise<SigningAuthority> {
  const root = new x509.X509Certificate(new Uint8Array(above.certificate));
  const names = root.getExtension(x509.SubjectAlternativeNameExtension)?.names.toJSON() ?? [];
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    new Uint8Array(above.privateKey.export({ type: 'pkcs8', format: 'der' })),
    algorithm,
    false,
    ['sign'],
  );
  const made = await x509.X509CertificateGenerator.create({
    subject: 'CN=intermediate',
    issuer: root.subjectName,
    notBefore: root.notBefore,
    notAfter: root.notAfter,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      new x509.SubjectAlternativeNameExtension(names),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(root.publicKey),
    ],
  });
  return { certificate: new Uint8Array(made.rawData), privateKey: KeyObject.from(keys.privateKey) };
}
