import { createHmac, sign } from 'node:crypto';
import { createTokenAuthority, mintJwtSvid, mintWitSvid, type TokenAuthority } from '@blastradius/pki';
import { JwtBundleSet } from '@blastradius/spiffe';
import { beforeAll, describe, expect, test } from 'vitest';
import { bearerSvidVerifier } from './verify-bearer-svid.ts';

const now = new Date('2026-11-24T12:00:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const server = 'spiffe://moltbook.test/network';
const spiffeId = 'spiffe://moltbook.test/agent/Crab';

let authority: TokenAuthority;
let rogue: TokenAuthority;
beforeAll(async () => {
  authority = await createTokenAuthority(at(86_400));
  rogue = await createTokenAuthority(at(86_400));
});

const bundlesOf = ({ keyId, publicKey }: TokenAuthority) =>
  new JwtBundleSet([{ trustDomain: 'moltbook.test', authorities: new Map([[keyId, publicKey]]) }]);
const verify = (token: string, when = now) =>
  bearerSvidVerifier({ bundles: () => bundlesOf(authority), audience: server, leewaySeconds: 1 })(
    token,
    when,
  );
const minted = (by: TokenAuthority, audience = server, id = spiffeId) =>
  mintJwtSvid({ authority: by, spiffeId: id, audience: [audience], issuedAt: now, expiresAt: at(300) }).token;

const seconds = Math.floor(now.getTime() / 1000);
type Members = Readonly<Record<string, unknown>>;
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const contentOf = (header: Members, claims: Members) => {
  const good = { sub: spiffeId, aud: [server], iat: seconds, exp: seconds + 300 };
  return `${part({ typ: 'JWT', kid: authority.keyId, ...header })}.${part({ ...good, ...claims })}`;
};
/** As the authority signs, whatever the content. */
function signed(claims: Members, header: Members = {}, by = authority): string {
  const content = contentOf({ alg: 'ES256', ...header }, claims);
  const key = { key: by.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
}
function unsigned(alg: string, signature: (content: string) => string): string {
  const content = contentOf({ alg }, {});
  return `${content}.${signature(content)}`;
}
const hmacOfPublicKey = (content: string) =>
  createHmac('sha256', authority.publicKey.export({ type: 'spki', format: 'pem' }))
    .update(content)
    .digest('base64url');

describe('a JWT-SVID as a bearer token', () => {
  test('is believed up to its end and the leeway, and not a second longer', async () => {
    const token = minted(authority);
    expect((await verify(token)).spiffeId.toString()).toBe(spiffeId);
    await expect(verify(token, at(301))).resolves.toBeDefined();
    await expect(verify(token, at(302))).rejects.toMatchObject({ code: 'admission.expired-token' });
  });

  test('that is signed by hand is believed as well (control of what follows)', async () => {
    expect((await verify(signed({}))).spiffeId.toString()).toBe(spiffeId);
  });

  test.each([
    [
      'of another trust domain, by a key of ours',
      () => minted(authority, server, 'spiffe://other.test/agent/Crab'),
    ],
    ['that is not valid yet', () => signed({ nbf: seconds + 30 })],
    ['that was issued in the future', () => signed({ iat: seconds + 30 })],
    ['without an end', () => signed({ exp: undefined })],
    ['for nobody', () => signed({ aud: [] })],
    ['for a server whose name begins as ours', () => signed({ aud: [`${server}2`] })],
    ['of another type: an access token', () => signed({}, { typ: 'at+jwt' })],
    ['of another type: a DPoP proof', () => signed({}, { typ: 'dpop+jwt' })],
    ['under another kid', () => signed({}, { kid: 'other' })],
    ['by a stranger under our kid', () => signed({}, {}, rogue)],
    ['with a key of its own', () => signed({}, { jwk: rogue.publicKey.export({ format: 'jwk' }) }, rogue)],
    ['of alg none', () => unsigned('none', () => 'AA')],
    ['of HS256 with the public key', () => unsigned('HS256', hmacOfPublicKey)],
    ['twice in one header', () => `${minted(authority)}, ${minted(authority)}`],
    ['of another signer', () => minted(rogue)],
    ['for another server', () => minted(authority, 'spiffe://moltbook.test/elsewhere')],
    ['that was changed', () => minted(authority).replace(/\.[^.]+\./, (part) => `${part.slice(0, -2)}A.`)],
    ['of another type', () => witOf(authority)],
    ['that is none', () => 'nonsense'],
  ])('is refused %s', async (_, token) => {
    await expect(verify(token())).rejects.toMatchObject({ code: 'admission.untrusted-token' });
  });

  test('of a stranger that is over as well is a stranger’s, and not ours that has expired', async () => {
    await expect(verify(minted(rogue), at(600))).rejects.toMatchObject({ code: 'admission.untrusted-token' });
  });
});

function witOf(signer: TokenAuthority): string {
  const publicKeySpki = rogue.publicKey.export({ type: 'spki', format: 'der' });
  return mintWitSvid({ authority: signer, spiffeId, publicKeySpki, issuedAt: now, expiresAt: at(300) }).token;
}
