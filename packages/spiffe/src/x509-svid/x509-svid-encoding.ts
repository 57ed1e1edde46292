import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readElement } from '../der/read.ts';
import { splitCertificates } from '../der/split-certificates.ts';
import { certificatesFromPem, certificatesToPem } from '../pem/pem.ts';
import { SvidKeyMalformed, SvidMalformed } from './x509-svid.errors.ts';
import { createX509Svid, type X509Svid } from './x509-svid.ts';

/** Reads an X509-SVID of PEM texts, which may be one text; the key is PKCS#8. Throws `svid.*` or PemInvalid. */
export function parseX509SvidPem(certificates: string, privateKey: string): X509Svid {
  return createX509Svid({
    certificates: certificatesFromPem(certificates),
    privateKey: privateKeyFromPem(privateKey),
  });
}

/** Reads an X509-SVID as the Workload API sends it: certificates one after another, and a key of PKCS#8. */
export function parseX509SvidDer(certificates: Uint8Array, privateKey: Uint8Array): X509Svid {
  return createX509Svid({
    certificates: splitOrRefuse(certificates),
    privateKey: privateKeyFromDer(privateKey),
  });
}

/** As `parseX509SvidPem` reads it. The key's text is a secret. */
export function x509SvidToPem({ certificates, privateKey }: X509Svid): {
  certificates: string;
  privateKey: string;
} {
  return {
    certificates: certificatesToPem(certificates),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** As `parseX509SvidDer` reads it. The key's bytes are a secret. */
export function x509SvidToDer({ certificates, privateKey }: X509Svid): {
  certificates: Uint8Array;
  privateKey: Uint8Array;
} {
  return {
    certificates: new Uint8Array(Buffer.concat(certificates)),
    privateKey: new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' })),
  };
}

function splitOrRefuse(der: Uint8Array): Uint8Array[] {
  try {
    return splitCertificates(der);
  } catch (cause) {
    throw new SvidMalformed('the chain is no sequence of certificates', { cause });
  }
}

function privateKeyFromPem(pem: string): KeyObject {
  const [, body] = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(pem) ?? [];
  if (body === undefined) throw new SvidKeyMalformed('no private key of PKCS#8 in the PEM text');
  return privateKeyFromDer(Buffer.from(body, 'base64'));
}

/** The cause is left out: what a parser says about a key must not reach a log. */
function privateKeyFromDer(der: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(readElement(der).whole), format: 'der', type: 'pkcs8' });
  } catch {
    throw new SvidKeyMalformed('the private key is not one of PKCS#8');
  }
}
