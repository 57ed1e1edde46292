import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { certificatesFromPem, createX509Svid } from '@blastradius/spiffe';
import { type Credential, claimsOf, headerOf } from './credential.ts';

const keyShape = /moltbook_sk_[A-Za-z0-9_-]{20,}/g;
const tokenShape = /eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/g;
const privateKeyPem = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g;
const certificatesPem = /(?:-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\s*)+/g;
const jwkShape = /\{[^{}]*"d"\s*:\s*"[A-Za-z0-9_-]+"[^{}]*\}/g;

/**
 * Whatever in a text can be shown as an agent's, by its shape: keys of the network, tokens by their `typ`,
 * certificates; each with its private key where that stands in the same text. Proofs are for one request,
 * and left out.
 */
export function credentialsIn(text: string): Credential[] {
  const keys = privateKeysIn(text);
  return [
    ...unique(text.match(keyShape)).map((apiKey): Credential => ({ kind: 'api-key', apiKey })),
    ...unique(text.match(tokenShape)).flatMap((token) => tokenOf(token, keys)),
    ...unique(text.match(certificatesPem)).flatMap((pem) => certificateOf(pem, keys)),
  ];
}

/** By its type; only a token for an agent is of use. */
export function tokenOf(token: string, keys: readonly KeyObject[] = []): Credential[] {
  const { typ } = headerOf(token);
  const { sub, cnf } = claimsOf(token);
  if (typeof sub !== 'string' || !sub.includes('/agent/')) return [];
  if (typ === 'wit+jwt') return [boundSvidOf(token, jwkIn(cnf), keys)];
  if (typ === 'at+jwt' || typ === 'application/at+jwt') {
    const privateKey = keys.find(isKeyOf(jwkIn(cnf)));
    return [{ kind: 'bound-access-token', token, ...(privateKey ? { privateKey } : {}) }];
  }
  return typ === undefined || typ === 'JWT' || typ === 'JOSE' ? [{ kind: 'jwt-svid', token }] : [];
}

function boundSvidOf(token: string, jwk: JsonWebKey | undefined, keys: readonly KeyObject[]): Credential {
  const privateKey = keys.find(isKeyOf(jwk));
  if (!privateKey) return { kind: 'wit-svid-without-key', token };
  return { kind: 'wit-svid', svid: { token, confirmationKey: { alg: 'ES256' }, privateKey } };
}

interface JsonWebKey {
  readonly x?: unknown;
  readonly y?: unknown;
}

function jwkIn(cnf: unknown): JsonWebKey | undefined {
  const jwk = typeof cnf === 'object' && cnf !== null && 'jwk' in cnf ? cnf.jwk : undefined;
  return typeof jwk === 'object' && jwk !== null ? jwk : undefined;
}

/** Where the token names its key by a thumbprint alone, any key that lay beside it is worth a try. */
function isKeyOf(jwk: JsonWebKey | undefined): (key: KeyObject) => boolean {
  return (key) => {
    const { x, y } = key.export({ format: 'jwk' });
    return jwk === undefined || (x === jwk.x && y === jwk.y);
  };
}

function certificateOf(pem: string, keys: readonly KeyObject[]): Credential[] {
  try {
    const certificates = certificatesFromPem(pem);
    const leaf = new X509Certificate(certificates[0] ?? new Uint8Array());
    const privateKey = keys.find((key) => leaf.checkPrivateKey(key));
    if (privateKey) return [{ kind: 'x509-svid', svid: createX509Svid({ certificates, privateKey }) }];
    const spiffeId = /URI:(spiffe:[^,\s]+)/.exec(leaf.subjectAltName ?? '')?.[1];
    return spiffeId ? [{ kind: 'x509-svid-without-key', spiffeId, certificatePem: pem }] : [];
  } catch {
    return [];
  }
}

function privateKeysIn(text: string): KeyObject[] {
  const pems = unique(text.match(privateKeyPem)).map((key) => () => createPrivateKey(key));
  const jwks = unique(text.match(jwkShape)).map(
    (jwk) => () => createPrivateKey({ key: JSON.parse(jwk), format: 'jwk' }),
  );
  return [...pems, ...jwks].flatMap((read) => {
    try {
      return [read()];
    } catch {
      return [];
    }
  });
}

const unique = (found: readonly string[] | null) => [...new Set(found ?? [])];
