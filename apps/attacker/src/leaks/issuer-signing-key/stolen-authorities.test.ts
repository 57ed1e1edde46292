import { createCipheriv, createPublicKey, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { createAuthority, createTokenAuthority } from '@blastradius/pki';
import { parseJwtSvidInsecure } from '@blastradius/spiffe';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { claimsOf } from '../../loot/credential.ts';
import { mintIdentities, namesIn } from './mint-identities.ts';
import { assertOnThisMachine, type StolenAuthorities, unwrap } from './stolen-authorities.ts';

test.each(['10.0.0.7', 'db.example.com', '', '127.0.0.1.example.com'])(
  'a database on %j is no target',
  (host) => {
    expect(() => assertOnThisMachine(host)).toThrow('not on this machine');
  },
);

test.each(['postgres://u:p@/issuer?host=%2Ftmp%2Fpg', 'postgres://u:p@127.0.0.1:5432/issuer'])(
  '%s is',
  (url) => {
    expect(() => assertOnThisMachine(new Client({ connectionString: url }).host)).not.toThrow();
  },
);

test('what the issuer has wrapped opens with its key and its id alone', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [key, iv, id] = [randomBytes(32), randomBytes(12), randomUUID()];
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(id));
  const encrypted = Buffer.concat([
    cipher.update(privateKey.export({ type: 'pkcs8', format: 'der' })),
    cipher.final(),
  ]);
  const wrapped = Buffer.concat([Buffer.from([1]), iv, cipher.getAuthTag(), encrypted]);
  expect(unwrap(wrapped, id, key).export({ format: 'jwk' })).toEqual(privateKey.export({ format: 'jwk' }));
  expect(() => unwrap(wrapped, randomUUID(), key)).toThrow();
  expect(() => unwrap(wrapped, id, randomBytes(32))).toThrow();
});

test('identities of every kind are minted by each stolen key, with keys of the thief’s own', async () => {
  const until = new Date(Date.now() + 3_600_000);
  const [jwt, wit] = [await createTokenAuthority(until), await createTokenAuthority(until)];
  const x509 = await createAuthority({
    trustDomain: 'range.test',
    notBefore: new Date(Date.now() - 60_000),
    notAfter: until,
  });
  const stolen: StolenAuthorities = {
    trustDomain: 'range.test',
    tokenIssuer: undefined,
    spiffeIds: ['spiffe://{trustDomain}/network', 'spiffe://{trustDomain}/agent/{instance}'],
    x509: [x509],
    jwt: [jwt, await createTokenAuthority(until)],
    wit: [wit],
    accessToken: [],
  };
  const [name = ''] = namesIn(stolen, ['Ada']);
  expect(name).toBe('spiffe://range.test/agent/Ada');
  const tokens = await mintIdentities(stolen, 'jwt-svid', name);
  expect(tokens).toHaveLength(2);
  for (const credential of tokens) {
    if (credential.kind !== 'jwt-svid') throw new TypeError('no token');
    const svid = await parseJwtSvidInsecure(credential.token, ['spiffe://range.test/network']);
    expect(svid.spiffeId.toString()).toBe(name);
  }
  const [bound] = await mintIdentities(stolen, 'wit-svid', name);
  if (bound?.kind !== 'wit-svid') throw new TypeError('no token');
  const { x, y } = createPublicKey(bound.svid.privateKey).export({ format: 'jwk' });
  expect(claimsOf(bound.svid.token)).toMatchObject({ sub: name, cnf: { jwk: { x, y } } });
  const [certificate] = await mintIdentities(stolen, 'x509-svid', name);
  expect(certificate).toMatchObject({ kind: 'x509-svid', from: 'minted' });
});
