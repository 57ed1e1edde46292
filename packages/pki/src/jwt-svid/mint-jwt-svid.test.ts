import fc from 'fast-check';
import { decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { MintedTokenWrong } from '../token/token.errors.ts';
import { createTokenAuthority, type TokenAuthority } from '../token-authority/token-authority.ts';
import { MintLifetimeEmpty, MintRequestInvalid } from '../x509-svid/mint.errors.ts';
import { checkMintedJwtSvid, type JwtSvidRequest, mintJwtSvid } from './mint-jwt-svid.ts';

const spiffeId = 'spiffe://moltbook.test/agent/a';
const now = new Date('2026-02-01T12:00:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);
let authority: TokenAuthority;

beforeAll(async () => {
  authority = await createTokenAuthority(at(3600));
});

const request = (changes: Partial<JwtSvidRequest> = {}): JwtSvidRequest => ({
  authority,
  spiffeId,
  audience: ['spiffe://moltbook.test/network'],
  issuedAt: now,
  expiresAt: at(300),
  ...changes,
});
const signedPart = (token: string) => token.slice(0, token.lastIndexOf('.'));

describe('mintJwtSvid', () => {
  it('signs, byte for byte, what jose signs for the same claims, and jose verifies it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 5 }),
        fc.option(fc.webUrl(), { nil: undefined }),
        fc.integer({ min: 1, max: 3600 }),
        async (audience, issuer, ttlSeconds) => {
          const order = request({ audience, issuer, expiresAt: at(ttlSeconds) });
          const { token, tokenId } = mintJwtSvid(order);
          const claims = {
            sub: spiffeId,
            aud: audience,
            iat: seconds(now),
            exp: seconds(at(ttlSeconds)),
            jti: tokenId,
          };
          const theirs = await new SignJWT({ ...(issuer === undefined ? {} : { iss: issuer }), ...claims })
            .setProtectedHeader({ alg: 'ES256', kid: authority.keyId, typ: 'JWT' })
            .sign(authority.privateKey);
          expect(signedPart(token)).toBe(signedPart(theirs));
          const options = { audience: audience[0] ?? '', currentDate: now, subject: spiffeId };
          expect((await jwtVerify(token, authority.publicKey, options)).payload.aud).toEqual(audience);
          checkMintedJwtSvid({ token, tokenId, issuedAt: now, expiresAt: at(ttlSeconds) }, order);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('has alg, kid and typ in its header and nothing else', () => {
    const header = decodeProtectedHeader(mintJwtSvid(request()).token);
    expect(header).toEqual({ alg: 'ES256', kid: authority.keyId, typ: 'JWT' });
    expect(authority.keyId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('says who issued it only where that is configured', () => {
    expect(decodeJwt(mintJwtSvid(request()).token)).not.toHaveProperty('iss');
    const issuer = 'https://issuer.moltbook.test';
    expect(decodeJwt(mintJwtSvid(request({ issuer })).token).iss).toBe(issuer);
  });

  it('says further claims after its own, and never one that speaks for the profile', () => {
    const claims = { model: 'm-1', owner: 'Łukasz "x"' };
    const order = request({ claims });
    const minted = mintJwtSvid(order);
    expect(Object.entries(decodeJwt(minted.token)).slice(-2)).toEqual(Object.entries(claims));
    checkMintedJwtSvid(minted, order);
    const tooMany = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`c${index}`, 'v']));
    const bad = [{ sub: 'x' }, { cnf: 'x' }, { scope: 'all' }, { '': 'x' }, { ['__proto__']: 'x' }];
    for (const refused of [...bad, { model: 'x'.repeat(257) }, tooMany]) {
      expect(() => mintJwtSvid(request({ claims: refused }))).toThrow(MintRequestInvalid);
    }
  });

  it('never outlives its key, and has whole seconds', () => {
    const { expiresAt, token } = mintJwtSvid(
      request({ issuedAt: new Date(now.getTime() + 999), expiresAt: at(9999) }),
    );
    expect(expiresAt).toEqual(authority.notAfter);
    expect(decodeJwt(token)).toMatchObject({ iat: seconds(now), exp: seconds(authority.notAfter) });
    expect(() => mintJwtSvid(request({ issuedAt: at(3600), expiresAt: at(3700) }))).toThrow(
      MintLifetimeEmpty,
    );
  });

  it('is minted for no one in particular, for nobody, or for the trust domain itself, by no means', () => {
    expect(() => mintJwtSvid(request({ audience: [] }))).toThrow(MintRequestInvalid);
    expect(() => mintJwtSvid(request({ audience: [''] }))).toThrow(MintRequestInvalid);
    expect(() => mintJwtSvid(request({ spiffeId: 'spiffe://moltbook.test' }))).toThrow(MintRequestInvalid);
  });
});

describe('checkMintedJwtSvid', () => {
  it('holds back another subject, audience, end, id, issuer or key', async () => {
    const minted = mintJwtSvid(request());
    const other = await createTokenAuthority(at(3600));
    const wrong: Partial<JwtSvidRequest>[] = [
      { spiffeId: 'spiffe://moltbook.test/agent/b' },
      { audience: ['another'] },
      { expiresAt: at(200) },
      { issuedAt: at(1) },
      { issuer: 'https://x.test' },
      { claims: { model: 'x' } },
      { authority: other },
      { authority: { ...authority, notAfter: at(10) } },
    ];
    checkMintedJwtSvid(minted, request());
    for (const changes of wrong) {
      expect(() => checkMintedJwtSvid(minted, request(changes))).toThrow(MintedTokenWrong);
    }
    expect(() => checkMintedJwtSvid({ ...minted, tokenId: '00' }, request())).toThrow(MintedTokenWrong);
  });

  it('holds back what a key signed that is not the one that is published', async () => {
    const other = await createTokenAuthority(at(3600));
    const mixedUp = { ...authority, privateKey: other.privateKey };
    const order = request({ authority: mixedUp });
    expect(() => checkMintedJwtSvid(mintJwtSvid(order), order)).toThrow(MintedTokenWrong);
  });
});

function seconds(instant: Date): number {
  return instant.getTime() / 1000;
}
