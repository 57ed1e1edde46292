import {
  calculateJwkThumbprint,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  jwtVerify,
  SignJWT,
} from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateP256KeyPair } from '../key-pair/p256.ts';
import { MintedTokenWrong } from '../token/token.errors.ts';
import { createTokenAuthority, type TokenAuthority } from '../token-authority/token-authority.ts';
import { MintRequestInvalid } from '../x509-svid/mint.errors.ts';
import { checkMintedWitSvid, mintWitSvid, type WitSvidRequest } from './mint-wit-svid.ts';

const spiffeId = 'spiffe://moltbook.test/agent/a';
const now = new Date('2026-02-01T12:00:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);
let authority: TokenAuthority;
let publicKey: Awaited<ReturnType<typeof generateP256KeyPair>>['publicKey'];
let publicKeySpki: Buffer;

beforeAll(async () => {
  authority = await createTokenAuthority(at(7200));
  ({ publicKey } = await generateP256KeyPair());
  publicKeySpki = publicKey.export({ type: 'spki', format: 'der' });
});

const request = (changes: Partial<WitSvidRequest> = {}): WitSvidRequest => ({
  authority,
  spiffeId,
  publicKeySpki,
  issuedAt: now,
  expiresAt: at(3600),
  ...changes,
});

describe('mintWitSvid', () => {
  it('signs, byte for byte, what jose signs for the same claims, and jose verifies it', async () => {
    const order = request();
    const minted = mintWitSvid(order);
    const { kty, crv, x, y } = await exportJWK(publicKey);
    const claims = {
      sub: spiffeId,
      iat: now.getTime() / 1000,
      exp: now.getTime() / 1000 + 3600,
      jti: minted.tokenId,
      cnf: { jwk: { kty, crv, x, y, alg: 'ES256' } },
    };
    const theirs = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: authority.keyId, typ: 'wit+jwt' })
      .sign(authority.privateKey);
    expect(minted.token.split('.').slice(0, 2)).toEqual(theirs.split('.').slice(0, 2));
    await jwtVerify(minted.token, authority.publicKey, {
      typ: 'wit+jwt',
      currentDate: now,
      subject: spiffeId,
    });
    checkMintedWitSvid(minted, order);
  });

  it('is bound to the workload’s key, says by which algorithm, and holds nothing private of it', async () => {
    const { cnf } = decodeJwt<{ cnf: { jwk: Record<string, string> } }>(mintWitSvid(request()).token);
    expect(cnf.jwk).toMatchObject({ alg: 'ES256' });
    expect(Object.keys(cnf.jwk)).not.toContain('d');
    expect(await calculateJwkThumbprint(cnf.jwk)).toBe(
      await calculateJwkThumbprint(await exportJWK(publicKey)),
    );
  });

  it('is for nobody in particular, and can’t be taken for a JWT-SVID by its type', () => {
    const { token } = mintWitSvid(request());
    expect(decodeJwt(token)).not.toHaveProperty('aud');
    expect(decodeProtectedHeader(token).typ).toBe('wit+jwt');
  });

  it('never outlives its key, and is minted for a key on P-256 and a workload alone', () => {
    expect(mintWitSvid(request({ expiresAt: at(99_999) })).expiresAt).toEqual(authority.notAfter);
    expect(() => mintWitSvid(request({ publicKeySpki: Buffer.from('x') }))).toThrow(MintRequestInvalid);
    expect(() => mintWitSvid(request({ spiffeId: 'spiffe://moltbook.test' }))).toThrow(MintRequestInvalid);
  });
});

describe('checkMintedWitSvid', () => {
  it('holds back another subject, workload key, end, id or signer', async () => {
    const minted = mintWitSvid(request());
    const otherKey = (await generateP256KeyPair()).publicKey.export({ type: 'spki', format: 'der' });
    const wrong: Partial<WitSvidRequest>[] = [
      { spiffeId: 'spiffe://moltbook.test/agent/b' },
      { publicKeySpki: otherKey },
      { expiresAt: at(200) },
      { issuedAt: at(1) },
      { authority: await createTokenAuthority(at(7200)) },
    ];
    for (const changes of wrong) {
      expect(() => checkMintedWitSvid(minted, request(changes))).toThrow(MintedTokenWrong);
    }
    expect(() => checkMintedWitSvid({ ...minted, tokenId: '00' }, request())).toThrow(MintedTokenWrong);
  });
});
