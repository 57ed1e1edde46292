import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { DomainError } from '@blastradius/kernel';
import { CompactSign } from 'jose';
import { describe, expect, it } from 'vitest';
import { WitBundleSet } from '../bundle/wit-bundle.ts';
import { verifyWitSvid } from './verify-wit-svid.ts';
import { parseWitSvidInsecure } from './wit-svid.ts';

const now = new Date('2026-02-01T12:00:00Z');
const nowSeconds = now.getTime() / 1000;
const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const agent = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwkOf = (key: KeyObject, alg: string): JsonWebKey => ({ ...key.export({ format: 'jwk' }), alg });
const jwk = jwkOf(agent.publicKey, 'ES256');
const bundles = new WitBundleSet([
  { trustDomain: 'moltbook.test', authorities: new Map([['a', authority.publicKey]]) },
]);
const good: Readonly<Record<string, unknown>> = {
  sub: 'spiffe://moltbook.test/agent/a',
  exp: nowSeconds + 300,
  iat: nowSeconds,
  cnf: { jwk },
};

interface Shape {
  readonly header?: { readonly typ?: string | undefined; readonly kid?: string };
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly key?: KeyObject;
}

async function tokenOf({ header = {}, claims = {}, key = authority.privateKey }: Shape): Promise<string> {
  const text = JSON.stringify({ ...good, ...claims });
  return await new CompactSign(new TextEncoder().encode(text))
    .setProtectedHeader(JSON.parse(JSON.stringify({ alg: 'ES256', kid: 'a', typ: 'wit+jwt', ...header })))
    .sign(key);
}

async function codeOf(token: string): Promise<string> {
  try {
    await verifyWitSvid(token, { bundles, now });
    return 'accepted';
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error);
  }
}

describe('verifyWitSvid', () => {
  it('says whose key it is and until when', async () => {
    const token = await tokenOf({});
    const svid = await verifyWitSvid(token, { bundles, now });
    expect(String(svid.spiffeId)).toBe('spiffe://moltbook.test/agent/a');
    expect(svid).toMatchObject({ confirmationKey: jwk, token, issuedAt: now });
    expect(svid.expiresAt).toEqual(new Date((nowSeconds + 300) * 1000));
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  const ed25519 = generateKeyPairSync('ed25519').publicKey;
  const refused: [string, Shape, string][] = [
    ['has no typ', { header: { typ: undefined } }, 'wit-svid.type'],
    ['has the typ of a JWT', { header: { typ: 'JWT' } }, 'wit-svid.type'],
    ['names no key', { header: { kid: '' } }, 'wit-svid.key-id-missing'],
    ['names an unknown key', { header: { kid: 'b' } }, 'wit-svid.authority-unknown'],
    ['was signed by the agent itself', { key: agent.privateKey }, 'wit-svid.signature'],
    ['has an audience', { claims: { aud: 'network' } }, 'wit-svid.audience-present'],
    ['has an empty audience', { claims: { aud: [] } }, 'wit-svid.audience-present'],
    ['has no sub', { claims: { sub: undefined } }, 'wit-svid.subject-missing'],
    ['has no SPIFFE ID', { claims: { sub: 'agent' } }, 'wit-svid.spiffe-id-invalid'],
    ['has no exp', { claims: { exp: undefined } }, 'wit-svid.expiry-missing'],
    ['has expired', { claims: { exp: nowSeconds - 61 } }, 'wit-svid.expired'],
    ['is not valid yet', { claims: { nbf: nowSeconds + 61 } }, 'wit-svid.not-yet-valid'],
    [
      'is of an unknown trust domain',
      { claims: { sub: 'spiffe://x.test/a' } },
      'wit-svid.trust-domain-unknown',
    ],
    ['has no cnf', { claims: { cnf: undefined } }, 'wit-svid.confirmation'],
    ['has a cnf that is text', { claims: { cnf: 'x' } }, 'wit-svid.confirmation'],
    ['has a thumbprint for a key', { claims: { cnf: { jkt: 'x' } } }, 'wit-svid.confirmation'],
    [
      'has a key without an algorithm',
      { claims: { cnf: { jwk: agent.publicKey.export({ format: 'jwk' }) } } },
      'wit-svid.confirmation',
    ],
    ['has a key of EdDSA', { claims: { cnf: { jwk: jwkOf(ed25519, 'EdDSA') } } }, 'wit-svid.confirmation'],
    [
      'has a key of another algorithm than it says',
      { claims: { cnf: { jwk: { ...jwk, alg: 'ES384' } } } },
      'wit-svid.confirmation',
    ],
    [
      'has a key that is too short',
      { claims: { cnf: { jwk: jwkOf(rsa, 'RS256') } } },
      'wit-svid.confirmation',
    ],
    [
      'has a key that is no point of its curve',
      { claims: { cnf: { jwk: { ...jwk, y: jwk.x } } } },
      'wit-svid.confirmation',
    ],
    [
      'carries the private key',
      { claims: { cnf: { jwk: jwkOf(agent.privateKey, 'ES256') } } },
      'wit-svid.confirmation',
    ],
    [
      'has a symmetric key',
      { claims: { cnf: { jwk: { kty: 'oct', k: 'AAAA', alg: 'ES256' } } } },
      'wit-svid.confirmation',
    ],
  ];
  it.each(refused)('refuses a token that %s', async (_, shape, code) => {
    expect(await codeOf(await tokenOf(shape))).toBe(code);
  });
});

describe('parseWitSvidInsecure', () => {
  it('reads a token without asking who signed it', async () => {
    const token = await tokenOf({ key: agent.privateKey, header: { kid: 'nobody' } });
    expect(String(parseWitSvidInsecure(token, now).spiffeId)).toBe('spiffe://moltbook.test/agent/a');
  });
});
