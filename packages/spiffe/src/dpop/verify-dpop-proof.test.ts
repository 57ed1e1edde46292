import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { DpopProofRefused } from './dpop.errors.ts';
import { verifyDpopProof } from './verify-dpop-proof.ts';

const now = new Date('2026-11-24T12:00:00Z');
const seconds = Math.floor(now.getTime() / 1000);
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = keys.publicKey.export({ format: 'jwk' });
const expected = { method: 'POST', url: 'https://as.test/oauth/token', now };
const claims = { jti: 'once', htm: 'POST', htu: 'https://as.test/oauth/token', iat: seconds };
const header = { typ: 'dpop+jwt', alg: 'ES256', jwk };
const prove = (changes: object = {}, headers: object = {}, key = keys.privateKey) =>
  new SignJWT({ ...claims, ...changes }).setProtectedHeader({ ...header, ...headers }).sign(key);
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = (headers: object) => `${base64url({ ...header, ...headers })}.${base64url(claims)}`;

const refusals: Readonly<Record<string, [code: string, () => Promise<string> | string, changes?: object]>> = {
  'of another type': ['type', () => prove({}, { typ: 'JWT' })],
  'without a key': ['key', () => prove({}, { jwk: undefined })],
  'with a private key': ['key', () => prove({}, { jwk: keys.privateKey.export({ format: 'jwk' }) })],
  'with a secret as its key': ['key', () => prove({}, { jwk: { kty: 'oct', k: 'c2VjcmV0' } })],
  'with a key of another curve': ['key', () => prove({}, { jwk: { ...jwk, crv: 'P-384' } })],
  'by another key than the one it shows': ['signature', () => prove({}, {}, other.privateKey)],
  'with alg none': ['algorithm', () => `${unsigned({ alg: 'none' })}.AA`],
  'with HS256': [
    'algorithm',
    () => {
      const input = unsigned({ alg: 'HS256' });
      return `${input}.${createHmac('sha256', JSON.stringify(jwk)).update(input).digest('base64url')}`;
    },
  ],
  'with an address of keys': ['header-parameter', () => `${unsigned({ jku: 'https://thief.test' })}.AA`],
  'without a signature': ['malformed', () => `${unsigned({})}.`],
  'that is no token': ['malformed', () => 'x'],
  'without an id': ['claim', () => prove({ jti: undefined })],
  'without a time': ['claim', () => prove({ iat: undefined })],
  'for another method': ['method', () => prove({ htm: 'GET' })],
  'for another method in its case': ['method', () => prove({ htm: 'post' })],
  'for another path': ['url', () => prove({ htu: 'https://as.test/oauth/tokens' })],
  'for another host': ['url', () => prove({ htu: 'https://rs.test/oauth/token' })],
  'for no address': ['url', () => prove({ htu: 'x' })],
  'that is too old': ['time', () => prove({ iat: seconds - 61 })],
  'that was made tomorrow': ['time', () => prove({ iat: seconds + 61 })],
  'of whatever time, by a clock that is none': ['time', () => prove(), { now: new Date(Number.NaN) }],
  'for no token where there is one': ['access-token', () => prove(), { accessToken: 'at' }],
  'for another token': ['access-token', () => prove({ ath: 'x' }), { accessToken: 'at' }],
};

describe('a DPoP proof', () => {
  it('names its key by the thumbprint that tokens are bound to', async () => {
    const proof = await verifyDpopProof(await prove(), expected);
    expect(proof).toEqual({
      keyThumbprint: await calculateJwkThumbprint(jwk),
      proofId: 'once',
      staleAt: new Date(now.getTime() + 60_000),
    });
  });

  it('is for its token, and for its address whatever the query', async () => {
    const ath = createHash('sha256').update('at').digest('base64url');
    const url = 'https://AS.test:443/oauth/token?x=1#y';
    await expect(
      verifyDpopProof(await prove({ ath }), { ...expected, url, accessToken: 'at' }),
    ).resolves.toBeDefined();
  });

  it.each(Object.entries(refusals))('is refused %s', async (_, [code, proof, changes]) => {
    const refused = await verifyDpopProof(await proof(), { ...expected, ...changes }).catch((error) => error);
    expect(refused).toBeInstanceOf(DpopProofRefused);
    expect(refused.code).toBe(`dpop.${code}`);
  });
});
