import { createHash, createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { DpopKey } from './proof.ts';
import { boundAccessTokenVerifier, type VerifyBoundAccessToken } from './verify-bound-access-token.ts';

const now = new Date('2026-11-24T12:00:00Z');
const seconds = Math.floor(now.getTime() / 1000);
const issuer = 'https://as.moltbook.test';
const network = 'spiffe://moltbook.test/network';
const crab = 'spiffe://moltbook.test/agent/Crab';
const target = 'https://127.0.0.1:4711/api/v1/agents/me';
const targets = ['https://localhost:4711/api/v1/agents/me', target];
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [signer, rogue, jwtSvidKey] = [p256(), p256(), p256()];
const holder = p256();
const thief = p256();
const jkt = await new DpopKey(holder.privateKey).thumbprint();
const publicJwk = holder.publicKey.export({ format: 'jwk' });

type Members = Readonly<Record<string, unknown>>;
interface Changes {
  readonly claims?: Members;
  readonly header?: Members;
  readonly key?: KeyObject;
}

const token = ({ claims = {}, header = {}, key = signer.privateKey }: Changes = {}) =>
  new SignJWT({
    iss: issuer,
    sub: crab,
    client_id: crab,
    aud: [network],
    cnf: { jkt },
    jti: 'token',
    iat: seconds - 60,
    exp: seconds + 240,
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'as-1', ...header })
    .sign(key);

const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url');
const proof = (accessToken: string, { claims = {}, header = {}, key = holder.privateKey }: Changes = {}) =>
  new SignJWT({
    htm: 'PATCH',
    htu: target,
    iat: seconds,
    jti: 'proof',
    ath: hashOf(accessToken),
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: publicJwk as { kty: string }, ...header })
    .sign(key);

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** With a header that no signer writes. */
function resigned(jwt: string, header: Members, sign: (input: string) => string): string {
  const [before = '', payload = ''] = jwt.split('.');
  const changed = { ...JSON.parse(Buffer.from(before, 'base64url').toString()), ...header };
  const input = `${part(changed)}.${payload}`;
  return `${input}.${sign(input)}`;
}
const hmacBy = (key: KeyObject) => (input: string) =>
  createHmac('sha256', key.export({ type: 'spki', format: 'pem' }))
    .update(input)
    .digest('base64url');

let verify: VerifyBoundAccessToken;
beforeEach(() => {
  const keys = () => new Map([['as-1', signer.publicKey]]);
  verify = boundAccessTokenVerifier({ issuer, audience: network, keys, leewaySeconds: 1 });
});
const show = (accessToken: string, shownProof: string, when = now) =>
  verify({ accessToken, proof: shownProof, method: 'PATCH', targets }, when);

const untrustedTokens: readonly [string, () => Promise<string> | string][] = [
  ['for another audience', () => token({ claims: { aud: ['spiffe://moltbook.test/shop'] } })],
  ['of another issuer', () => token({ claims: { iss: 'https://elsewhere.test' } })],
  ['of another type: a JWT-SVID', () => token({ header: { typ: 'JWT' } })],
  ['of another type: a WIT-SVID', () => token({ header: { typ: 'wit+jwt' } })],
  ['that is not valid yet', () => token({ claims: { nbf: seconds + 30 } })],
  ['that was issued in the future', () => token({ claims: { iat: seconds + 30 } })],
  ['by a rogue key', () => token({ key: rogue.privateKey })],
  [
    'by the key of JWT-SVIDs, under its kid',
    () => token({ key: jwtSvidKey.privateKey, header: { kid: 'jwt' } }),
  ],
  ['without a kid', () => token({ header: { kid: undefined } })],
  ['of alg none', async () => resigned(await token(), { alg: 'none' }, () => 'AA')],
  [
    'of HS256 with the public key',
    async () => resigned(await token(), { alg: 'HS256' }, hmacBy(signer.publicKey)),
  ],
  [
    'with a key of its own',
    async () => resigned(await token({ key: rogue.privateKey }), { jwk: publicJwk }, () => 'AA'),
  ],
  ['that was delegated', () => token({ claims: { act: { sub: 'spiffe://moltbook.test/agent/Eel' } } })],
  ['that another client holds', () => token({ claims: { client_id: 'spiffe://moltbook.test/agent/Eel' } })],
  ['whose subject is no SPIFFE ID', () => token({ claims: { sub: 'Crab' } })],
  ['that is none', () => 'nonsense'],
];

const untrustedProofs: readonly [string, (accessToken: string) => Promise<string> | string][] = [
  ['for another method', (at) => proof(at, { claims: { htm: 'GET' } })],
  ['for another path', (at) => proof(at, { claims: { htu: 'https://127.0.0.1:4711/api/v1/posts' } })],
  ['for another host', (at) => proof(at, { claims: { htu: 'https://shop.test/api/v1/agents/me' } })],
  ['for another port', (at) => proof(at, { claims: { htu: 'https://127.0.0.1:4712/api/v1/agents/me' } })],
  ['for another token', () => proof('another')],
  ['for no token', (at) => proof(at, { claims: { ath: undefined } })],
  ['of half a minute ago', (at) => proof(at, { claims: { iat: seconds - 31 } })],
  ['of half a minute ahead', (at) => proof(at, { claims: { iat: seconds + 31 } })],
  ['without a time', (at) => proof(at, { claims: { iat: undefined } })],
  ['without an id', (at) => proof(at, { claims: { jti: undefined } })],
  ['of another type', (at) => proof(at, { header: { typ: 'wpt+jwt' } })],
  ['of another type: the token itself', (at) => at],
  [
    'by the thief’s key',
    (at) => proof(at, { key: thief.privateKey, header: { jwk: thief.publicKey.export({ format: 'jwk' }) } }),
  ],
  ['by the thief’s key, with the owner’s in its header', (at) => proof(at, { key: thief.privateKey })],
  ['of alg none', async (at) => resigned(await proof(at), { alg: 'none' }, () => 'AA')],
  [
    'of HS256 with the public key',
    async (at) => resigned(await proof(at), { alg: 'HS256' }, hmacBy(holder.publicKey)),
  ],
  [
    'with the private key in it',
    (at) => proof(at, { header: { jwk: holder.privateKey.export({ format: 'jwk' }) } }),
  ],
  ['twice in one header', async (at) => `${await proof(at)}, ${await proof(at, { claims: { jti: 'two' } })}`],
  ['that is none', () => 'nonsense'],
];

describe('an access token with a DPoP proof', () => {
  test('is believed, by whichever of the server’s names it was sent to (control of what follows)', async () => {
    const shown = await token();
    expect((await show(shown, await proof(shown))).spiffeId.toString()).toBe(crab);
    const byName = await proof(shown, { claims: { htu: targets[0], jti: 'two' } });
    await expect(show(shown, byName)).resolves.toBeDefined();
  });

  test('is believed up to its end and the leeway, and not a second longer', async () => {
    const [end, over] = [seconds + 241, seconds + 242].map((at) => new Date(at * 1000));
    const shown = await token();
    const at = (when?: Date) => proof(shown, { claims: { iat: Math.floor((when ?? now).getTime() / 1000) } });
    await expect(show(shown, await at(end), end)).resolves.toBeDefined();
    await expect(show(shown, await at(over), over)).rejects.toMatchObject({
      code: 'admission.expired-token',
    });
  });

  test('is believed once by the same proof', async () => {
    const shown = await token();
    const once = await proof(shown);
    await show(shown, once);
    await expect(show(shown, once)).rejects.toMatchObject({ code: 'admission.untrusted-proof' });
  });

  test('that binds nobody is no token here, whoever shows it with whatever proof', async () => {
    const bearer = await token({ claims: { cnf: undefined } });
    await expect(show(bearer, await proof(bearer))).rejects.toMatchObject({
      code: 'admission.untrusted-proof',
    });
  });

  test.each(untrustedTokens)('is refused: a token %s', async (_, made) => {
    const shown = await made();
    await expect(show(shown, await proof(shown))).rejects.toMatchObject({
      code: 'admission.untrusted-token',
    });
  });

  test.each(untrustedProofs)('is refused: a proof %s', async (_, made) => {
    const shown = await token();
    await expect(show(shown, await made(shown))).rejects.toMatchObject({ code: 'admission.untrusted-proof' });
  });

  test('of a stranger whose proof is not taken costs no place among those that were seen', async () => {
    const foreign = await token({ key: rogue.privateKey });
    await expect(show(foreign, await proof(foreign))).rejects.toThrow();
    const shown = await token();
    await expect(show(shown, await proof(shown))).resolves.toBeDefined();
  });
});
