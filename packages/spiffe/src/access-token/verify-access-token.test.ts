import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  type AccessTokenCheck,
  type AccessTokenExpectation,
  issuedTokenChecks,
  presentedTokenChecks,
  verifyAccessToken,
  verifyIssuedToken,
  verifyWith,
} from './verify-access-token.ts';

const now = new Date('2026-11-24T12:00:00Z');
const seconds = Math.floor(now.getTime() / 1000);
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [own, other, jwtSvidKey] = [p256(), p256(), p256()];
const jkt = 'k'.repeat(43);
const x5t = 'c'.repeat(43);
const ada = 'spiffe://moltbook.test/agent/ada';
const claims = {
  iss: 'https://as.test',
  sub: ada,
  aud: ['https://rs.test'],
  client_id: 'spiffe://moltbook.test/agent/bob',
  scope: 'read write',
  act: { sub: 'spiffe://moltbook.test/agent/bob', act: { sub: 'spiffe://moltbook.test/agent/cyd' } },
  cnf: { jkt, 'x5t#S256': x5t },
  iat: seconds,
  exp: seconds + 300,
  jti: 'one',
};
const header = { alg: 'ES256', typ: 'at+jwt', kid: 'own' };
const expected: AccessTokenExpectation = {
  issuer: 'https://as.test',
  audience: 'https://rs.test',
  keys: new Map([['own', own.publicKey]]),
  now,
  sender: { keyThumbprint: jkt, certificateThumbprint: x5t },
};

const sign = (changes: object = {}, headers: object = {}, key = own.privateKey) =>
  new SignJWT({ ...claims, ...changes }).setProtectedHeader({ ...header, ...headers }).sign(key);
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A header that `jose` would not write, signed by `sign`. */
function forge(headers: object, signature: (input: string) => string): string {
  const input = `${base64url({ ...header, ...headers })}.${base64url(claims)}`;
  return `${input}.${signature(input)}`;
}
const hmacWith = (key: KeyObject) => (input: string) =>
  createHmac('sha256', key.export({ type: 'spki', format: 'pem' }))
    .update(input)
    .digest('base64url');

interface Vector {
  /** Which check refuses it; `read` and `signature` can't be left out. */
  readonly check: string;
  readonly code: string;
  readonly token: () => Promise<string> | string;
  readonly expected?: Partial<AccessTokenExpectation>;
}
const vectors: Readonly<Record<string, Vector>> = {
  'a JWT-SVID': { check: 'type', code: 'type', token: () => sign({}, { typ: 'JWT' }) },
  'a WIT-SVID': { check: 'type', code: 'type', token: () => sign({}, { typ: 'wit+jwt' }) },
  'no type': { check: 'type', code: 'type', token: () => forgeUntyped() },
  'no kid': { check: 'keyId', code: 'key-id-missing', token: () => sign({}, { kid: undefined }) },
  'another issuer': { check: 'issuer', code: 'issuer', token: () => sign({ iss: 'https://as2.test' }) },
  'an issuer with a slash more': {
    check: 'issuer',
    code: 'issuer',
    token: () => sign({ iss: 'https://as.test/' }),
  },
  'a token that has ended': { check: 'validity', code: 'expired', token: () => sign({ exp: seconds - 61 }) },
  'a token of tomorrow': {
    check: 'validity',
    code: 'not-yet-valid',
    token: () => sign({ nbf: seconds + 61 }),
  },
  'a token issued tomorrow': {
    check: 'validity',
    code: 'issued-in-future',
    token: () => sign({ iat: seconds + 61 }),
  },
  'another audience': {
    check: 'audience',
    code: 'audience-mismatch',
    token: () => sign({ aud: ['https://rs2.test'] }),
  },
  'a stolen token that names a key, sent without a proof': {
    check: 'sender',
    code: 'sender',
    token: () => sign({ cnf: { jkt } }),
    expected: { sender: {} },
  },
  'a stolen token that names a key, sent with a proof of the thief’s': {
    check: 'sender',
    code: 'sender',
    token: () => sign({ cnf: { jkt } }),
    expected: { sender: { keyThumbprint: 't'.repeat(43) } },
  },
  'a stolen token that names a certificate, sent over another’s': {
    check: 'sender',
    code: 'sender',
    token: () => sign({ cnf: { 'x5t#S256': x5t } }),
    expected: { sender: { certificateThumbprint: 't'.repeat(43), keyThumbprint: jkt } },
  },
  'a token that names both, sent with one': {
    check: 'sender',
    code: 'sender',
    token: () => sign(),
    expected: { sender: { certificateThumbprint: x5t } },
  },
  'a cnf of a kind that nobody can check': {
    check: 'read',
    code: 'confirmation',
    token: () => sign({ cnf: { kid: 'x' } }),
  },
  'an empty cnf': { check: 'read', code: 'confirmation', token: () => sign({ cnf: {} }) },
  'a cnf that is null': { check: 'read', code: 'confirmation', token: () => sign({ cnf: null }) },
  'an actor without a name': {
    check: 'read',
    code: 'claim',
    token: () => sign({ act: { act: claims.act } }),
  },
  'an actor that is no SPIFFE ID': {
    check: 'read',
    code: 'claim',
    token: () => sign({ act: { sub: 'bob' } }),
  },
  'an act that is null': { check: 'read', code: 'claim', token: () => sign({ act: null }) },
  'no client': { check: 'read', code: 'claim', token: () => sign({ client_id: undefined }) },
  'no id': { check: 'read', code: 'claim', token: () => sign({ jti: undefined }) },
  'no audience': { check: 'read', code: 'claim', token: () => sign({ aud: [] }) },
  'a key of another set': {
    check: 'signature',
    code: 'authority-unknown',
    token: () => sign({}, { kid: 'jwt' }, jwtSvidKey.privateKey),
  },
  'the kid of the right set over another key’s signature': {
    check: 'signature',
    code: 'signature',
    token: () => sign({}, {}, other.privateKey),
  },
  'HS256 with the public key as its secret': {
    check: 'read',
    code: 'algorithm',
    token: () => forge({ alg: 'HS256' }, hmacWith(own.publicKey)),
  },
  'alg none': { check: 'read', code: 'algorithm', token: () => forge({ alg: 'none' }, () => '') },
  'a key that it brings along': {
    check: 'read',
    code: 'header-parameter',
    token: () => forge({ jwk: other.publicKey.export({ format: 'jwk' }) }, () => ''),
  },
  'an address of keys (jku)': {
    check: 'read',
    code: 'header-parameter',
    token: () => forge({ jku: 'https://thief.test/jwks' }, () => ''),
  },
  'an address of certificates (x5u)': {
    check: 'read',
    code: 'header-parameter',
    token: () => forge({ x5u: 'https://thief.test/x' }, () => ''),
  },
};
/** Left out of the header altogether, which `sign` would not do. */
async function forgeUntyped(): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'own' }).sign(own.privateKey);
}

const checks: Readonly<Record<string, AccessTokenCheck<AccessTokenExpectation>>> = {
  ...issuedTokenChecks,
  ...presentedTokenChecks,
};
const codeOf = async (verified: Promise<unknown>): Promise<string> => {
  try {
    await verified;
    return 'accepted';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'no code';
  }
};

describe('an access token', () => {
  it('says in whose name, who acts, and to whom it is bound', async () => {
    expect(await verifyAccessToken(await sign(), expected)).toEqual({
      issuer: 'https://as.test',
      subject: ada,
      clientId: 'spiffe://moltbook.test/agent/bob',
      audience: ['https://rs.test'],
      scopes: ['read', 'write'],
      actors: ['spiffe://moltbook.test/agent/bob', 'spiffe://moltbook.test/agent/cyd'],
      confirmation: { jkt, 'x5t#S256': x5t },
      tokenId: 'one',
      issuedAt: now,
      expiresAt: new Date(now.getTime() + 300_000),
    });
  });

  it('that binds nobody works for whoever has it: that is what a bearer token is', async () => {
    const verified = verifyAccessToken(await sign({ cnf: undefined }), { ...expected, sender: {} });
    expect(await verified).toMatchObject({ confirmation: null });
  });

  it.each(Object.entries(vectors))('is refused: %s', async (_, vector) => {
    const verified = verifyAccessToken(await vector.token(), { ...expected, ...vector.expected });
    expect(await codeOf(verified)).toBe(`access-token.${vector.code}`);
  });

  it('control: without one of the checks, its vectors are accepted', async () => {
    for (const name of Object.keys(checks)) {
      const left = Object.entries(checks).flatMap(([check, run]) => (check === name ? [] : [run]));
      const of = Object.entries(vectors).filter(([, { check }]) => check === name);
      expect(of.length, name).toBeGreaterThan(0);
      for (const [what, vector] of of) {
        const verified = verifyWith(left, await vector.token(), { ...expected, ...vector.expected });
        expect(await codeOf(verified), `${name}: ${what}`).toBe('accepted');
      }
    }
  });

  it('is read by its issuer whoever it is for and bound to, and by nobody else’s keys', async () => {
    const { issuer, keys } = expected;
    expect(await verifyIssuedToken(await sign(), { issuer, keys, now })).toMatchObject({ subject: ada });
    expect(await codeOf(verifyIssuedToken(await sign(), { issuer, keys: new Map(), now }))).toBe(
      'access-token.authority-unknown',
    );
  });
});
