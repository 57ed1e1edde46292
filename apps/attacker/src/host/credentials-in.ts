import { X509Certificate } from 'node:crypto';
import { createX509Svid } from '@blastradius/spiffe';
import { type Credential, claimsOf, headerOf } from '../loot/credential.ts';
import type { Finds, KeyRing } from './find-secrets.ts';

/** What one could show of what was found, the newest last; what has ended is of no use to a thief. */
export function credentialsIn(finds: Finds, keys: KeyRing, now: Date): Credential[] {
  keys.add(finds.scalars);
  return [
    ...[...finds.apiKeys].map((apiKey): Credential => ({ kind: 'api-key', apiKey })),
    ...newestLast([...finds.tokens].flatMap((token) => tokenCredential(token, keys, now))),
    ...newestLast([...finds.certificates].flatMap((der) => certificateCredential(der, keys, now))),
  ];
}

interface Ending {
  readonly credential: Credential;
  readonly endsAtMs: number;
}

const newestLast = (all: readonly Ending[]) =>
  all.toSorted((a, b) => a.endsAtMs - b.endsAtMs).map(({ credential }) => credential);

function tokenCredential(token: string, keys: KeyRing, now: Date): Ending[] {
  const { sub, exp, cnf } = claimsOf(token);
  const endsAtMs = typeof exp === 'number' ? exp * 1000 : 0;
  if (endsAtMs <= now.getTime() || typeof sub !== 'string' || !sub.startsWith('spiffe://')) return [];
  const credential = tokenOfKind(token, headerOf(token)['typ'], cnf, keys);
  return credential === undefined ? [] : [{ credential, endsAtMs }];
}

function tokenOfKind(token: string, typ: unknown, cnf: unknown, keys: KeyRing): Credential | undefined {
  if (typ === undefined || typ === 'JWT' || typ === 'JOSE') return { kind: 'jwt-svid', token };
  if (typ === 'wit+jwt') {
    const privateKey = keys.keyOf(fieldsOf(fieldsOf(cnf)['jwk']));
    if (privateKey === undefined) return { kind: 'wit-svid-without-key', token };
    return { kind: 'wit-svid', svid: { token, confirmationKey: { alg: 'ES256' }, privateKey } };
  }
  if (typ === 'at+jwt') {
    const { jkt } = fieldsOf(cnf);
    const privateKey = typeof jkt === 'string' ? keys.keyByThumbprint(jkt) : undefined;
    return { kind: 'bound-access-token', token, ...(privateKey ? { privateKey } : {}) };
  }
  // Proofs are good for one request that has been made already.
  return undefined;
}

function certificateCredential(der: string, keys: KeyRing, now: Date): Ending[] {
  const leaf = new X509Certificate(Buffer.from(der, 'base64'));
  const spiffeId = /URI:(spiffe:\/\/[^,\s]+)/.exec(leaf.subjectAltName ?? '')?.[1];
  if (leaf.ca || spiffeId === undefined || leaf.validToDate <= now) return [];
  const endsAtMs = leaf.validToDate.getTime();
  const privateKey = keys.keyOf(leaf.publicKey.export({ format: 'jwk' }));
  // Everybody's memory holds certificates of whom it talks to; without a key they are nothing.
  if (privateKey === undefined) return [];
  try {
    const svid = createX509Svid({ certificates: [new Uint8Array(leaf.raw)], privateKey });
    return [{ endsAtMs, credential: { kind: 'x509-svid', svid } }];
  } catch {
    // A certificate with its key, and no SVID: a server of the plain web, say.
    return [];
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, string | undefined>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
