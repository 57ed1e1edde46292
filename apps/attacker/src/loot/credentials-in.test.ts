import { randomBytes } from 'node:crypto';
import { generateP256KeyPair } from '@blastradius/pki';
import { certificatesToPem } from '@blastradius/spiffe';
import { expect, test } from 'vitest';
import { RogueAuthority } from '../playbooks/moltbook/rogue-authority.ts';
import { agentOf, isReusable } from './credential.ts';
import { credentialsIn } from './credentials-in.ts';

const spiffeId = 'spiffe://moltbook.test/agent/Eel';
const apiKey = `moltbook_sk_${randomBytes(24).toString('base64url')}`;
const kinds = (text: string) => credentialsIn(text).map(({ kind }) => kind);

/** Unsigned: a thief verifies nothing. */
async function tokenOfType(typ: string, claims: object = {}) {
  const { publicKey, privateKey } = await generateP256KeyPair();
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const payload = { sub: spiffeId, exp, cnf: { jwk: publicKey.export({ format: 'jwk' }) }, ...claims };
  const parts = [{ alg: 'ES256', typ }, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const token = [...parts, randomBytes(64).toString('base64url')].join('.');
  return { token, keyJson: JSON.stringify(privateKey.export({ format: 'jwk' })) };
}

test('finds a key of the network wherever it stands, once', () => {
  expect(credentialsIn(`{"api_key":"${apiKey}"} and again ${apiKey}`)).toEqual([{ kind: 'api-key', apiKey }]);
});

test('tells a bearer token from a bound one by its type, and leaves proofs out', async () => {
  const rogue = new RogueAuthority();
  expect(kinds(`Bearer ${await rogue.signToken(spiffeId)}`)).toEqual(['jwt-svid']);
  expect(kinds((await tokenOfType('wit+jwt')).token)).toEqual(['wit-svid-without-key']);
  expect(kinds((await tokenOfType('at+jwt')).token)).toEqual(['bound-access-token']);
  expect(kinds((await tokenOfType('wpt+jwt')).token)).toEqual([]);
  expect(kinds((await tokenOfType('dpop+jwt')).token)).toEqual([]);
});

test('a bound token is of use with its own key alone', async () => {
  const [one, other] = [await tokenOfType('wit+jwt'), await tokenOfType('wit+jwt')];
  expect(kinds(`${one.token} ${one.keyJson}`)).toEqual(['wit-svid']);
  expect(kinds(`${one.token} ${other.keyJson}`)).toEqual(['wit-svid-without-key']);
});

test('a certificate is an identity with its key, and a name without it', async () => {
  const { certificates, privateKey } = await new RogueAuthority().mint(spiffeId);
  const pem = certificatesToPem(certificates);
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const [whole] = credentialsIn(`${pem}${key}`);
  const [part] = credentialsIn(`My certificate is\n${pem}`);
  expect([whole?.kind, part?.kind]).toEqual(['x509-svid', 'x509-svid-without-key']);
  for (const found of [whole, part]) expect(found && agentOf(found)).toBe('Eel');
  expect(whole && isReusable(whole, new Date())).toBe(true);
  expect(part && isReusable(part, new Date())).toBe(false);
});

test('a token that has ended is no credential that authenticates any more', async () => {
  const { token } = await tokenOfType('JWT', { cnf: undefined });
  const [found] = credentialsIn(token);
  expect(found && isReusable(found, new Date())).toBe(true);
  expect(found && isReusable(found, new Date(Date.now() + 7_200_000))).toBe(false);
});

test('what is not an agent’s is left where it is', async () => {
  const { token } = await tokenOfType('JWT', { sub: 'spiffe://moltbook.test/network' });
  expect(credentialsIn(`${token} -----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`)).toEqual([]);
});
