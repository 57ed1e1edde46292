import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { DomainError } from '@blastradius/kernel';
import { type CompactJWSHeaderParameters, CompactSign } from 'jose';
import { describe, expect, it } from 'vitest';
import { JwtBundleSet } from '../bundle/jwt-bundle.ts';
import { signatureAlgorithms } from '../token-svid/signature-algorithms.ts';
import { parseJwtSvidInsecure } from './jwt-svid.ts';
import { verifyJwtSvid } from './verify-jwt-svid.ts';

const now = new Date('2026-02-01T12:00:00Z');
const nowSeconds = now.getTime() / 1000;
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const keys = {
  ES256: ec('P-256'),
  ES384: ec('P-384'),
  ES512: ec('P-521'),
  RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  other: ec('P-256'),
  ed25519: generateKeyPairSync('ed25519'),
};
const authorities = new Map<string, KeyObject>([
  ['other', keys.other.publicKey],
  ['ES256', keys.ES256.publicKey],
  ['ES384', keys.ES384.publicKey],
  ['ES512', keys.ES512.publicKey],
  ['RSA', keys.RSA.publicKey],
  ['ed25519', keys.ed25519.publicKey],
]);
const bundles = new JwtBundleSet([
  { trustDomain: 'moltbook.test', authorities },
  { trustDomain: 'other.test', authorities: new Map([['theirs', keys.other.publicKey]]) },
]);

const good = {
  sub: 'spiffe://moltbook.test/agent/a',
  aud: ['network'],
  exp: nowSeconds + 300,
  iat: nowSeconds,
};
type Claims = Readonly<Record<string, unknown>>;

interface Shape {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Claims;
  readonly key?: KeyObject;
}

async function tokenOf({ header = {}, claims = good, key = keys.ES256.privateKey }: Shape): Promise<string> {
  const whole = { alg: 'ES256', kid: 'ES256', ...header };
  return await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader(JSON.parse(JSON.stringify(whole)) as CompactJWSHeaderParameters)
    .sign(key);
}

/** Signed by hand, for what a library won't make. */
function rawToken(
  header: string,
  claims: string,
  signature = (input: string) =>
    sign('sha256', Buffer.from(input), { key: keys.ES256.privateKey, dsaEncoding: 'ieee-p1363' }),
): string {
  const input = `${Buffer.from(header).toString('base64url')}.${Buffer.from(claims).toString('base64url')}`;
  return `${input}.${signature(input).toString('base64url')}`;
}

async function codeOf(token: string, audience = ['network'], at = now): Promise<string> {
  try {
    await verifyJwtSvid(token, { audience, bundles, now: at });
    return 'accepted';
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error);
  }
}

const without = (name: keyof typeof good): Claims =>
  Object.fromEntries(Object.entries(good).filter(([claim]) => claim !== name));

describe('verifyJwtSvid', () => {
  it('says whose token it is, for whom and until when', async () => {
    const token = await tokenOf({ claims: { ...good, extra: { a: 1 } } });
    const svid = await verifyJwtSvid(token, { audience: ['network'], bundles, now });
    expect(String(svid.spiffeId)).toBe(good.sub);
    expect(svid).toMatchObject({ audience: ['network'], issuedAt: now, token, claims: { extra: { a: 1 } } });
    expect(svid.expiresAt).toEqual(new Date(good.exp * 1000));
  });

  it.each(signatureAlgorithms)('takes a token of %s', async (alg) => {
    const name = alg.startsWith('ES') ? (alg as 'ES256' | 'ES384' | 'ES512') : 'RSA';
    expect(await codeOf(await tokenOf({ header: { alg, kid: name }, key: keys[name].privateKey }))).toBe(
      'accepted',
    );
  });

  it.each([undefined, 'JWT', 'JOSE'])('takes the typ %s', async (typ) => {
    expect(await codeOf(await tokenOf({ header: { typ } }))).toBe('accepted');
  });

  it('takes one audience among several, and one as a string', async () => {
    expect(await codeOf(await tokenOf({ claims: { ...good, aud: ['x', 'network'] } }))).toBe('accepted');
    expect(await codeOf(await tokenOf({ claims: { ...good, aud: 'network' } }), ['x', 'network'])).toBe(
      'accepted',
    );
  });

  it('takes a token that names no key, if a key of its trust domain has signed it', async () => {
    expect(await codeOf(await tokenOf({ header: { kid: undefined } }))).toBe('accepted');
    const foreign = await tokenOf({ header: { kid: undefined }, key: ec('P-256').privateKey });
    expect(await codeOf(foreign)).toBe('jwt-svid.signature');
  });

  const refused: [string, Shape, string][] = [
    ['has a header of another kind', { header: { jku: 'https://evil.test' } }, 'jwt-svid.header-parameter'],
    ['has the typ of another token', { header: { typ: 'wit+jwt' } }, 'jwt-svid.type'],
    ['has a typ in another case', { header: { typ: 'jwt' } }, 'jwt-svid.type'],
    ['names an unknown key', { header: { kid: 'nobody' } }, 'jwt-svid.authority-unknown'],
    ['names an empty key', { header: { kid: '' } }, 'jwt-svid.authority-unknown'],
    ['names a key that did not sign it', { header: { kid: 'other' } }, 'jwt-svid.signature'],
    ['names a key of another algorithm', { header: { kid: 'RSA' } }, 'jwt-svid.signature'],
    ['names a key of another curve', { header: { kid: 'ES384' } }, 'jwt-svid.signature'],
    ['was signed by a stranger', { key: ec('P-256').privateKey }, 'jwt-svid.signature'],
    ['has no sub', { claims: without('sub') }, 'jwt-svid.subject-missing'],
    ['has an empty sub', { claims: { ...good, sub: '' } }, 'jwt-svid.subject-missing'],
    ['has a sub that is no SPIFFE ID', { claims: { ...good, sub: 'agent' } }, 'jwt-svid.spiffe-id-invalid'],
    ['has a sub that is no text', { claims: { ...good, sub: 1 } }, 'jwt-svid.malformed'],
    ['has no exp', { claims: without('exp') }, 'jwt-svid.expiry-missing'],
    ['has an exp that is text', { claims: { ...good, exp: '9999999999' } }, 'jwt-svid.malformed'],
    ['has an exp beyond all time', { claims: { ...good, exp: 1e300 } }, 'jwt-svid.malformed'],
    ['has expired', { claims: { ...good, exp: nowSeconds - 61 } }, 'jwt-svid.expired'],
    ['is not valid yet', { claims: { ...good, nbf: nowSeconds + 61 } }, 'jwt-svid.not-yet-valid'],
    ['was issued in the future', { claims: { ...good, iat: nowSeconds + 61 } }, 'jwt-svid.issued-in-future'],
    ['has no aud', { claims: without('aud') }, 'jwt-svid.audience-missing'],
    ['has an empty aud', { claims: { ...good, aud: [] } }, 'jwt-svid.audience-missing'],
    ['has an aud that is no text', { claims: { ...good, aud: [1] } }, 'jwt-svid.malformed'],
    ['is for another audience', { claims: { ...good, aud: ['networks'] } }, 'jwt-svid.audience-mismatch'],
    [
      'is of a trust domain without a bundle',
      { claims: { ...good, sub: 'spiffe://x.test/a' } },
      'jwt-svid.trust-domain-unknown',
    ],
    [
      'is of another domain, signed by our key',
      { claims: { ...good, sub: 'spiffe://other.test/a' } },
      'jwt-svid.authority-unknown',
    ],
  ];
  it.each(refused)('refuses a token that %s', async (_, shape, code) => {
    expect(await codeOf(await tokenOf(shape))).toBe(code);
  });

  it('gives the clocks a minute, and not a second more', async () => {
    const token = await tokenOf({});
    const end = good.exp * 1000;
    expect(await codeOf(token, ['network'], new Date(end + 60_000))).toBe('accepted');
    expect(await codeOf(token, ['network'], new Date(end + 60_001))).toBe('jwt-svid.expired');
    expect(await codeOf(token, ['network'], new Date(Number.NaN))).toBe('jwt-svid.expired');
  });

  it('refuses every token where the verifier has no name', async () => {
    expect(await codeOf(await tokenOf({}), [])).toBe('jwt-svid.audience-mismatch');
  });

  const header = '{"alg":"ES256","kid":"ES256"}';
  const claims = JSON.stringify(good);
  const malformed: [string, () => string, string][] = [
    [
      'without a signature at all',
      () => `${rawToken('{"alg":"none"}', claims, () => Buffer.alloc(0))}`,
      'jwt-svid.algorithm',
    ],
    [
      'with a header that occurs twice',
      () => rawToken('{"alg":"none","kid":"ES256","alg":"ES256"}', claims),
      'jwt-svid.malformed',
    ],
    [
      'with a claim that occurs twice',
      () => rawToken(header, `{"sub":"spiffe://other.test/a",${claims.slice(1)}`),
      'jwt-svid.malformed',
    ],
    [
      'with critical parameters',
      () => rawToken('{"alg":"ES256","kid":"ES256","crit":["x"],"x":1}', claims),
      'jwt-svid.header-parameter',
    ],
    ['that is no JSON', () => rawToken(header, 'x'), 'jwt-svid.malformed'],
    ['that is a list', () => rawToken(header, '[]'), 'jwt-svid.malformed'],
    ['of two parts', () => 'e30.e30', 'jwt-svid.malformed'],
    ['of four parts', () => `${rawToken(header, claims)}.`, 'jwt-svid.malformed'],
    ['with padding', () => rawToken(header, `${claims} `).replace(/\./, '=.'), 'jwt-svid.malformed'],
    ['with a padded signature', () => `${rawToken(header, claims)}=`, 'jwt-svid.malformed'],
    ['in JSON serialization', () => '{"payload":"e30","signatures":[]}', 'jwt-svid.malformed'],
    ['of a megabyte', () => 'a'.repeat(1_000_000), 'jwt-svid.malformed'],
  ];
  it.each(malformed)('refuses a token %s', async (_, make, code) => {
    expect(await codeOf(make())).toBe(code);
  });

  it.each(['HS256', 'HS512'])('refuses %s keyed with the public key, the oldest trick', async (alg) => {
    const pem = keys.ES256.publicKey.export({ type: 'spki', format: 'pem' });
    const token = rawToken(`{"alg":"${alg}","kid":"ES256"}`, claims, (input) =>
      createHmac(`sha${alg.slice(2)}`, pem)
        .update(input)
        .digest(),
    );
    expect(await codeOf(token)).toBe('jwt-svid.algorithm');
  });

  it('refuses EdDSA, even by a key of the bundle', async () => {
    const token = await tokenOf({ header: { alg: 'EdDSA', kid: 'ed25519' }, key: keys.ed25519.privateKey });
    expect(await codeOf(token)).toBe('jwt-svid.algorithm');
  });

  it('refuses a token of which one bit was changed', async () => {
    const token = await tokenOf({});
    const [head, body, signature = ''] = token.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    expect(await codeOf(`${head}.${body}.${bytes.toString('base64url')}`)).toBe('jwt-svid.signature');
  });
});

describe('parseJwtSvidInsecure', () => {
  it('reads a token without asking who signed it', async () => {
    const token = await tokenOf({ key: ec('P-256').privateKey, header: { kid: 'nobody' } });
    expect(String(parseJwtSvidInsecure(token, ['network'], now).spiffeId)).toBe(good.sub);
  });

  it('refuses one that was asked for another audience, or has expired', async () => {
    const token = await tokenOf({});
    expect(() => parseJwtSvidInsecure(token, ['x'], now)).toThrow('the token is for another audience');
    expect(() => parseJwtSvidInsecure(token, ['network'], new Date(now.getTime() + 3_600_000))).toThrow(
      'expired',
    );
  });
});
