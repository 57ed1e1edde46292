import { type Authority, createAuthority, generateP256KeyPair, mintX509Svid } from '@blastradius/pki';
import { certificatesToPem } from '@blastradius/spiffe';
import { intermediateBelow, type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unwrapKey } from '../src/authority/key-wrapping.ts';
import type { TestIdentity } from './sidecar-client.ts';
import {
  databaseOf,
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

let postgres: Postgres;
let issuer: TestIssuer;

beforeAll(async () => {
  postgres = await startPostgres();
  issuer = await startTestIssuer(await newEnvironment(postgres));
});
afterAll(async () => {
  await issuer?.close();
  await postgres?.stop();
  if (issuer) removeEnvironment(issuer.environment);
});

/** The authority that the issuer has in its database, as nobody but the test gets it. */
async function ownAuthority(): Promise<Authority> {
  const { rows } = await postgres.query<{ id: string; certificate: Buffer; wrapped_key: Buffer }>(
    databaseOf(issuer.environment),
    'select id, certificate, wrapped_key from issuer.authorities where wrapped_key is not null',
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the issuer has no authority');
  const privateKey = unwrapKey(
    row.wrapped_key,
    row.id,
    Buffer.from(issuer.environment['KEY_ENCRYPTION_KEY'] ?? '', 'base64'),
  );
  return { certificate: row.certificate, privateKey };
}

async function sidecarBelow(root: Authority): Promise<TestIdentity> {
  const authority = await intermediateBelow(root);
  const { publicKey, privateKey } = await generateP256KeyPair();
  const { certificate } = mintX509Svid({
    authority,
    spiffeId: `spiffe://${trustDomain}/sidecar/below`,
    publicKeySpki: publicKey.export({ type: 'spki', format: 'der' }),
    notBefore: new Date(Date.now() - 1000),
    notAfter: new Date(Date.now() + 60_000),
  });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { cert: certificatesToPem([certificate, authority.certificate]), key };
}

it('knows a sidecar below an intermediate of its own authority, and none below a stranger’s', async () => {
  const { authorities } = await issuer.mintJoinToken();
  const stranger = await createAuthority({
    trustDomain,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 600_000),
  });
  const statusFor = async (root: Authority) => {
    const client = issuer.client(authorities, await sidecarBelow(root));
    // The same connection twice: what was shown is still known at its second request.
    return [(await client.get('/v1/bundle')).status, (await client.get('/v1/bundle')).status];
  };
  expect(await statusFor(await ownAuthority())).toEqual([200, 200]);
  expect(await statusFor(stranger)).toEqual([401, 401]);
});
