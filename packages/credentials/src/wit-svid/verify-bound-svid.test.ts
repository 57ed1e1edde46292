import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createTokenAuthority, mintJwtSvid, mintWitSvid, type TokenAuthority } from '@blastradius/pki';
import { WitBundleSet } from '@blastradius/spiffe';
import { SignJWT } from 'jose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BoundToken, createProof } from './proof.ts';
import { boundSvidVerifier, type VerifyBoundSvid } from './verify-bound-svid.ts';

const spiffeId = 'spiffe://moltbook.test/agent/Crab';
const target = 'https://127.0.0.1:4711/api/v1/posts';
const hourMs = 3_600_000;
const soon = () => new Date(Date.now() + 60_000);

let authority: TokenAuthority;
let rogue: TokenAuthority;
let svid: BoundToken;
let verify: VerifyBoundSvid;
beforeAll(async () => {
  authority = await createTokenAuthority(new Date(Date.now() + hourMs));
  rogue = await createTokenAuthority(new Date(Date.now() + hourMs));
  svid = boundTo(authority);
});
beforeEach(() => {
  const { keyId, publicKey } = authority;
  const bundles = new WitBundleSet([
    { trustDomain: 'moltbook.test', authorities: new Map([[keyId, publicKey]]) },
  ]);
  verify = boundSvidVerifier({ bundles: () => bundles, leewaySeconds: 1 });
});

function boundTo(signer: TokenAuthority, lifetimeMs = hourMs / 2, id = spiffeId): BoundToken {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { token } = mintWitSvid({
    authority: signer,
    spiffeId: id,
    publicKeySpki: publicKey.export({ type: 'spki', format: 'der' }),
    issuedAt: new Date(Date.now() - hourMs / 4),
    expiresAt: new Date(Date.now() + lifetimeMs),
  });
  return { token, confirmationKey: { alg: 'ES256' }, privateKey };
}

const show = (proof: string, token = svid.token, now = new Date()) =>
  verify({ token, proof, targets: [target] }, now);
const wth = async () => JSON.parse(payloadOf(await createProof(svid, target)))['wth'];
const payloadOf = (jwt: string) => Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString();

/** A proof by the right key that differs from a good one in what is given. */
async function proofWith(changes: {
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
}): Promise<string> {
  const claims = { wth: await wth(), aud: target, jti: 'one', exp: Math.floor(Date.now() / 1000) + 20 };
  return new SignJWT({ ...claims, ...changes.claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'wpt+jwt', ...changes.header })
    .sign(svid.privateKey);
}

const jwtSvid = () =>
  mintJwtSvid({ authority, spiffeId, audience: [target], issuedAt: new Date(), expiresAt: soon() }).token;

/** With a header that no signer writes. */
function resigned(jwt: string, header: Record<string, unknown>, sign: (input: string) => string): string {
  const [before = '', payload = ''] = jwt.split('.');
  const changed = { ...JSON.parse(Buffer.from(before, 'base64url').toString()), ...header };
  const input = `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${payload}`;
  return `${input}.${sign(input)}`;
}
const hmacOfHolder = (input: string) =>
  createHmac('sha256', createPublicKey(svid.privateKey).export({ type: 'spki', format: 'pem' }))
    .update(input)
    .digest('base64url');

const hmacOfAuthority = (input: string) =>
  createHmac('sha256', authority.publicKey.export({ type: 'spki', format: 'pem' }))
    .update(input)
    .digest('base64url');

describe('a WIT-SVID with a proof', () => {
  test('is believed, whatever query the request has', async () => {
    const proof = await createProof(svid, `${target}?limit=5#top`);
    expect((await show(proof)).spiffeId.toString()).toBe(spiffeId);
  });

  test('is believed once', async () => {
    const proof = await createProof(svid, target);
    await show(proof);
    await expect(show(proof)).rejects.toMatchObject({ code: 'admission.untrusted-proof' });
  });

  test('that differs in nothing is believed (control of what follows)', async () => {
    await expect(show(await proofWith({}))).resolves.toBeDefined();
  });

  test.each([
    ['for another address', () => createProof(svid, 'https://127.0.0.1:4711/api/v1/agents/me')],
    ['for another server', () => createProof(svid, 'https://elsewhere.test/api/v1/posts')],
    ['by another key', () => createProof({ ...svid, privateKey: boundTo(authority).privateKey }, target)],
    ['for another token', () => createProof({ ...svid, token: boundTo(authority).token }, target)],
    ['that has ended', () => proofWith({ claims: { exp: Math.floor(Date.now() / 1000) - 5 } })],
    ['without an end', () => proofWith({ claims: { exp: undefined } })],
    ['that lives for an hour', () => proofWith({ claims: { exp: Math.floor(Date.now() / 1000) + 3600 } })],
    ['without an id', () => proofWith({ claims: { jti: undefined } })],
    ['without a hash', () => proofWith({ claims: { wth: undefined } })],
    ['for an access token that is not there', () => proofWith({ claims: { ath: 'x' } })],
    ['for other tokens that we do not know', () => proofWith({ claims: { oth: { 'x-other': 'x' } } })],
    ['of another type', () => proofWith({ header: { typ: 'dpop+jwt' } })],
    ['of no type', () => proofWith({ header: { typ: undefined } })],
    ['that is a JWT-SVID', async () => jwtSvid()],
    ['of alg none', async () => resigned(await createProof(svid, target), { alg: 'none' }, () => 'AA')],
    [
      'of HS256 with the token’s public key',
      async () => resigned(await createProof(svid, target), { alg: 'HS256' }, hmacOfHolder),
    ],
    [
      'twice in one header',
      async () => `${await createProof(svid, target)}, ${await createProof(svid, target)}`,
    ],
    ['that is not valid yet', () => proofWith({ claims: { nbf: Math.floor(Date.now() / 1000) + 60 } })],
    ['that is none', async () => 'nonsense'],
    ['that is the token itself', async () => svid.token],
  ])('is refused with a proof %s', async (_, proof) => {
    await expect(show(await proof())).rejects.toMatchObject({ code: 'admission.untrusted-proof' });
  });

  test('of another signer is refused, whatever the proof', async () => {
    const foreign = boundTo(rogue);
    const proof = await createProof(foreign, target);
    await expect(show(proof, foreign.token)).rejects.toMatchObject({ code: 'admission.untrusted-token' });
  });

  test.each<[string, () => string]>([
    ['of alg none', () => resigned(svid.token, { alg: 'none' }, () => 'AA')],
    ['of HS256 with the public key', () => resigned(svid.token, { alg: 'HS256' }, hmacOfAuthority)],
    ['under another kid', () => resigned(svid.token, { kid: 'other' }, () => 'AA')],
    ['of another trust domain', () => boundTo(authority, hourMs / 2, 'spiffe://other.test/agent/Crab').token],
    ['twice in one header', () => `${svid.token}, ${svid.token}`],
  ])('is refused: a token %s', async (_, made) => {
    const token = made();
    const proof = await createProof({ ...svid, token }, target);
    await expect(show(proof, token)).rejects.toMatchObject({ code: 'admission.untrusted-token' });
  });

  test('is refused after its end, and a JWT-SVID always', async () => {
    const proof = await createProof(svid, target);
    const ended = boundTo(authority, -10_000);
    await expect(show(proof, ended.token)).rejects.toMatchObject({ code: 'admission.expired-token' });
    const bearer = mintJwtSvid({
      authority,
      spiffeId,
      audience: [target],
      issuedAt: new Date(),
      expiresAt: soon(),
    });
    await expect(show(proof, bearer.token)).rejects.toMatchObject({ code: 'admission.untrusted-token' });
  });
});
