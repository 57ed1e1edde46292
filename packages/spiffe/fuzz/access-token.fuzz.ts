import { generateKeyPairSync, sign } from 'node:crypto';
import { mutatedText, outcomeOf } from '@blastradius/fuzz-kit';
import fc from 'fast-check';
import { EmbeddedJWK, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { verifyAccessToken, verifyDpopProof } from '../src/index.ts';

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const now = new Date();
const nowSeconds = Math.floor(now.getTime() / 1000);
const jkt = 'k'.repeat(43);
const header = '{"alg":"ES256","kid":"k","typ":"at+jwt"}';
const ada = 'spiffe://moltbook.test/agent/ada';
const claims = JSON.stringify({
  iss: 'https://as.test',
  sub: ada,
  aud: ['https://rs.test'],
  client_id: ada,
  scope: 'read',
  act: { sub: ada, act: { sub: ada } },
  cnf: { jkt },
  iat: nowSeconds,
  exp: nowSeconds + 300,
  jti: 'j',
});
const proofHeader = JSON.stringify({
  typ: 'dpop+jwt',
  alg: 'ES256',
  jwk: keys.publicKey.export({ format: 'jwk' }),
});
const proofClaims = JSON.stringify({
  jti: 'j',
  htm: 'POST',
  htu: 'https://as.test/oauth/token',
  iat: nowSeconds,
});

/** Signed again after the change, so that it is the parser which must refuse. */
function signed(head: string, body: string): string {
  const part = (text: string) => Buffer.from(text, 'latin1').toString('base64url');
  const input = `${part(head)}.${part(body)}`;
  const key = { key: keys.privateKey, dsaEncoding: 'ieee-p1363' as const };
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}
const tokensLike = (head: string, body: string) =>
  fc.oneof(
    mutatedText(head).map((changed) => signed(changed, body)),
    mutatedText(body).map((changed) => signed(head, changed)),
    mutatedText(signed(head, body)),
    fc.string({ unit: 'binary', maxLength: 400 }),
  );

const verifyToken = (token: string) =>
  verifyAccessToken(token, {
    issuer: 'https://as.test',
    audience: 'https://rs.test',
    keys: new Map([['k', keys.publicKey]]),
    now,
    sender: { keyThumbprint: jkt },
  });
const verifyProof = (proof: string) =>
  verifyDpopProof(proof, { method: 'POST', url: 'https://as.test/oauth/token', now });
const joseTakesToken = (token: string) =>
  jwtVerify(token, keys.publicKey, {
    issuer: 'https://as.test',
    audience: 'https://rs.test',
    typ: 'at+jwt',
    clockTolerance: 60,
    currentDate: now,
  });
const joseTakesProof = (proof: string) =>
  jwtVerify(proof, EmbeddedJWK, {
    typ: 'dpop+jwt',
    requiredClaims: ['jti', 'htm', 'htu', 'iat'],
    currentDate: now,
  });

describe('an access token is verified or refused, and never taken where jose refuses it', () => {
  it('control: both take it unchanged, and not with another signature', async () => {
    const token = signed(header, claims);
    expect(await outcomeOf(() => verifyToken(token))).toBe('accepted');
    await expect(joseTakesToken(token)).resolves.toBeDefined();
    const cut = token.lastIndexOf('.') + 1;
    const forged = `${token.slice(0, cut)}${token[cut] === 'A' ? 'B' : 'A'}${token.slice(cut + 1)}`;
    expect(await outcomeOf(() => verifyToken(forged))).toBe('access-token.signature');
    await expect(joseTakesToken(forged)).rejects.toThrow();
  });

  it('whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(tokensLike(header, claims), async (token) => {
        const outcome = await outcomeOf(() => verifyToken(token));
        if (outcome === 'accepted') await joseTakesToken(token);
        else expect(outcome).toMatch(/^access-token\./);
      }),
    );
  });
});

describe('a DPoP proof is verified or refused, and never taken where jose refuses it', () => {
  it('control: both take it unchanged', async () => {
    const proof = signed(proofHeader, proofClaims);
    expect(await outcomeOf(() => verifyProof(proof))).toBe('accepted');
    await expect(joseTakesProof(proof)).resolves.toBeDefined();
  });

  it('whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(tokensLike(proofHeader, proofClaims), async (proof) => {
        const outcome = await outcomeOf(() => verifyProof(proof));
        if (outcome === 'accepted') await joseTakesProof(proof);
        else expect(outcome).toMatch(/^dpop\./);
      }),
    );
  });
});
