import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mutatedText, outcomeOf } from '@blastradius/fuzz-kit';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  formatJwtBundle,
  formatWitBundle,
  JwtBundleSet,
  verifyJwtSvid,
  verifyWitSvid,
  WitBundleSet,
} from '../src/index.ts';
import { startGoSpiffeOracle } from './go-spiffe-oracle.ts';

const oracle = startGoSpiffeOracle();
afterAll(() => oracle?.stop());

const trustDomain = 'moltbook.test';
const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const authorities = new Map<string, KeyObject>([['k', createPublicKey(authority.privateKey)]]);
/** Of the wall clock: go-spiffe takes no other. */
const nowSeconds = Math.floor(Date.now() / 1000);
const times = { exp: nowSeconds + 86_400, iat: nowSeconds - 60, nbf: nowSeconds - 60 };
const jwtHeader = '{"alg":"ES256","kid":"k","typ":"JWT"}';
const jwtClaims = JSON.stringify({
  sub: 'spiffe://moltbook.test/a',
  aud: ['network', 'x'],
  ...times,
  jti: 'j',
});
const witHeader = '{"alg":"ES256","kid":"k","typ":"wit+jwt"}';
const jwk = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  alg: 'ES256',
};
const witClaims = JSON.stringify({ sub: 'spiffe://moltbook.test/a', ...times, iss: 'i', cnf: { jwk } });

/** Signed again after the change, so that it is the parser which must refuse. */
function signed(header: string, claims: string): string {
  const part = (text: string) => Buffer.from(text, 'latin1').toString('base64url');
  const input = `${part(header)}.${part(claims)}`;
  const key = { key: authority.privateKey, dsaEncoding: 'ieee-p1363' as const };
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}

const tokensLike = (header: string, claims: string) =>
  fc.oneof(
    mutatedText(header).map((changed) => signed(changed, claims)),
    mutatedText(claims).map((changed) => signed(header, changed)),
    fc.tuple(mutatedText(header), mutatedText(claims)).map(([one, other]) => signed(one, other)),
    mutatedText(signed(header, claims)),
    fc.string({ unit: 'binary', maxLength: 400 }),
  );

const verifyJwt = (token: string) =>
  verifyJwtSvid(token, {
    audience: ['network'],
    bundles: new JwtBundleSet([{ trustDomain, authorities }]),
    now: new Date(),
  });
const verifyWit = (token: string) =>
  verifyWitSvid(token, { bundles: new WitBundleSet([{ trustDomain, authorities }]), now: new Date() });

async function compare(token: string, kind: 'jwt-svid' | 'wit-svid'): Promise<void> {
  const outcome = await outcomeOf(() => (kind === 'jwt-svid' ? verifyJwt(token) : verifyWit(token)));
  expect(outcome.startsWith(kind) || outcome === 'accepted').toBe(true);
  if (outcome !== 'accepted') return;
  const answer = await oracle?.ask({
    kind,
    trustDomain,
    text: Buffer.from(token).toString('base64'),
    audience: ['network'],
    jwks:
      kind === 'jwt-svid'
        ? formatJwtBundle({ trustDomain, authorities })
        : formatWitBundle({ trustDomain, authorities }),
  });
  // The one difference that we want: the standard lets a JWT-SVID name no key.
  if (kind === 'jwt-svid' && answer?.reason === 'jwtsvid: token header missing key id') return;
  expect(answer?.accepted ?? true, answer?.reason).toBe(true);
}

describe('a token is verified or refused, and never verified where go-spiffe refuses it', () => {
  it('control: both take it unchanged', async () => {
    expect(await outcomeOf(() => verifyJwt(signed(jwtHeader, jwtClaims)))).toBe('accepted');
    expect(await outcomeOf(() => verifyWit(signed(witHeader, witClaims)))).toBe('accepted');
    await compare(signed(jwtHeader, jwtClaims), 'jwt-svid');
    await compare(signed(witHeader, witClaims), 'wit-svid');
  });

  it('JWT-SVID', async () => {
    await fc.assert(
      fc.asyncProperty(tokensLike(jwtHeader, jwtClaims), (token) => compare(token, 'jwt-svid')),
    );
  });

  it('WIT-SVID', async () => {
    await fc.assert(
      fc.asyncProperty(tokensLike(witHeader, witClaims), (token) => compare(token, 'wit-svid')),
    );
  });
});
