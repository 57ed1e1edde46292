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
const minted = (by: TokenAuthority, audience = server) =>
  mintJwtSvid({ authority: by, spiffeId, audience: [audience], issuedAt: now, expiresAt: at(300) }).token;

describe('a JWT-SVID as a bearer token', () => {
  test('is believed up to its end and the leeway, and not a second longer', async () => {
    const token = minted(authority);
    expect((await verify(token)).spiffeId.toString()).toBe(spiffeId);
    await expect(verify(token, at(301))).resolves.toBeDefined();
    await expect(verify(token, at(302))).rejects.toMatchObject({ code: 'admission.expired-token' });
  });

  test.each([
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
