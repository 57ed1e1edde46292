import { verifyAccessToken } from '@blastradius/spiffe';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { p256Jwk } from '../key-pair/p256-jwk.ts';
import { createTokenAuthority } from '../token-authority/token-authority.ts';
import { checkMintedAccessToken, mintAccessToken } from './mint-access-token.ts';

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const authority = await createTokenAuthority(later(600));
const id = (name: string) => `spiffe://moltbook.test/agent/${name}`;
const request = {
  authority,
  issuer: 'https://as.test',
  subject: id('ada'),
  clientId: id('cyd'),
  audience: ['https://rs.test'],
  scopes: ['read', 'write'],
  actors: [id('cyd'), id('bob')],
  confirmation: { jkt: 'k'.repeat(43) },
  issuedAt: now,
  expiresAt: later(300),
};

describe('mintAccessToken', () => {
  it('makes what jose and our own verifier read, the current actor outermost', async () => {
    const minted = mintAccessToken(request);
    checkMintedAccessToken(minted, request);
    const jwk = {
      ...p256Jwk(authority.publicKey.export({ type: 'spki', format: 'der' })),
      kid: authority.keyId,
    };
    const { payload } = await jwtVerify(minted.token, createLocalJWKSet({ keys: [jwk] }), {
      typ: 'at+jwt',
      issuer: 'https://as.test',
      audience: 'https://rs.test',
      requiredClaims: ['sub', 'client_id', 'jti', 'iat', 'exp'],
    });
    expect(payload['act']).toEqual({ sub: id('cyd'), act: { sub: id('bob') } });
    const verified = await verifyAccessToken(minted.token, {
      issuer: 'https://as.test',
      audience: 'https://rs.test',
      keys: new Map([[authority.keyId, authority.publicKey]]),
      now,
      sender: { keyThumbprint: request.confirmation.jkt },
    });
    expect(verified).toMatchObject({ subject: id('ada'), clientId: id('cyd'), actors: request.actors });
  });

  it('leaves out what there is none of, and never outlives its key', () => {
    const bare = { ...request, scopes: [], actors: [], confirmation: null, expiresAt: later(9000) };
    const minted = mintAccessToken(bare);
    checkMintedAccessToken(minted, bare);
    expect(minted.expiresAt).toEqual(authority.notAfter);
    const claims = JSON.parse(Buffer.from(minted.token.split('.')[1] ?? '', 'base64url').toString());
    expect(Object.keys(claims)).toEqual(['iss', 'sub', 'aud', 'client_id', 'iat', 'exp', 'jti']);
  });

  it('is held back by its check where it is not what was asked for', () => {
    const minted = mintAccessToken(request);
    const others = [
      { subject: id('eve') },
      { clientId: id('eve') },
      { audience: ['https://else.test'] },
      { scopes: ['read'] },
      { actors: [id('bob'), id('cyd')] },
      { actors: [id('cyd')] },
      { confirmation: null },
      { confirmation: { jkt: 't'.repeat(43) } },
      { issuer: 'https://else.test' },
      { expiresAt: later(200) },
    ];
    for (const other of others) {
      expect(() => checkMintedAccessToken(minted, { ...request, ...other })).toThrow(
        expect.objectContaining({ code: 'mint.wrong-token' }),
      );
    }
  });

  it('is not done for nobody: no audience, no SPIFFE ID, no time left', () => {
    for (const wrong of [
      { audience: [] },
      { audience: [''] },
      { subject: 'ada' },
      { actors: ['bob'] },
      { expiresAt: now },
    ]) {
      expect(() => mintAccessToken({ ...request, ...wrong })).toThrow();
    }
  });
});
