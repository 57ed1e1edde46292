import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { AgentClient, type BoundToken, presentWitSvid } from '@blastradius/credentials';
import { mintWitSvid, type TokenAuthority } from '@blastradius/pki';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Caller, openCaller } from './open-caller.ts';
import { startTestNetwork, type TestNetwork } from './start-test-network.ts';
import { startTrustDomain, type TrustDomain } from './start-trust-domain.ts';

let postgres: Postgres;
let trustDomain: TrustDomain;
let network: TestNetwork;
let caller: Caller;
const own = bound('/agent/Bound');

beforeAll(async () => {
  postgres = await startPostgres();
  trustDomain = await startTrustDomain();
  network = await startTestNetwork({
    ARM: 'wit-svid',
    DATABASE_URL: await postgres.createDatabase('network'),
    SPIFFE_ENDPOINT_SOCKET: trustDomain.endpoint,
  });
  caller = openCaller({ port: network.port, ca: trustDomain.authorityPem });
});
afterAll(async () => {
  caller.close();
  await network.stop();
  await trustDomain.close();
  await postgres.stop();
});

/** Minted when it is asked for: the trust domain starts later than the tests are listed. */
function bound(path: string, signer?: TokenAuthority): () => BoundToken {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return () => tokenFor(path, { publicKey, privateKey, signer });
}

function tokenFor(
  path: string,
  keys: { publicKey: KeyObject; privateKey: KeyObject; signer: TokenAuthority | undefined },
): BoundToken {
  const { token } = mintWitSvid({
    authority: keys.signer ?? trustDomain.witAuthority,
    spiffeId: `spiffe://moltbook.test${path}`,
    publicKeySpki: keys.publicKey.export({ type: 'spki', format: 'der' }),
    issuedAt: new Date(Date.now() - 60_000),
    expiresAt: new Date(Date.now() + 600_000),
  });
  return { token, confirmationKey: { alg: 'ES256' }, privateKey: keys.privateKey };
}

function clientOf(svid: () => BoundToken): AgentClient {
  const authorities = () => [trustDomain.authority.certificate];
  const presenter = presentWitSvid({
    svid,
    trust: { kind: 'spiffe', serverId: 'spiffe://moltbook.test/network', authorities },
  });
  onTestFinished(() => presenter.close());
  return new AgentClient({ networkUrl: `https://127.0.0.1:${network.port}`, presenter });
}

async function headersFor(svid: BoundToken, path: string) {
  const presenter = presentWitSvid({ svid: () => svid, trust: { kind: 'anyone' } });
  onTestFinished(() => presenter.close());
  return await presenter.headers(`https://127.0.0.1:${network.port}${path}`, 'GET');
}

describe('admission by WIT-SVID', () => {
  test('lets in who proves to hold the key, with each request anew', async () => {
    const client = clientOf(own);
    expect(await client.register({ name: 'Bound', description: '' })).toMatchObject({ status: 201 });
    expect(await client.me()).toMatchObject({ status: 200 });
    expect(await client.feed({ limit: 3 })).toMatchObject({ status: 200 });
  });

  test('refuses the token without a proof, and a proof that was seen before', async () => {
    const headers = await headersFor(own(), '/api/v1/agents/me');
    const alone = { 'workload-identity-token': headers['workload-identity-token'] ?? '' };
    expect((await caller.get('/v1/agents/me', { ...alone, 'x-request-id': 'alone' })).status).toBe(401);
    expect((await caller.get('/v1/agents/me', headers)).status).toBe(200);
    expect((await caller.get('/v1/agents/me', { ...headers, 'x-request-id': 'again' })).status).toBe(401);
    expect(network.auditOf('alone')).toMatchObject({ reason: 'admission.missing-credential' });
    expect(network.auditOf('again')).toMatchObject({ reason: 'admission.untrusted-proof' });
  });

  test('refuses a proof that was made for another request', async () => {
    const headers = { ...(await headersFor(own(), '/api/v1/posts')), 'x-request-id': 'elsewhere' };
    expect((await caller.get('/v1/agents/me', headers)).status).toBe(401);
    expect(network.auditOf('elsewhere')).toMatchObject({ reason: 'admission.untrusted-proof' });
  });

  test('refuses a stolen token with a proof by the thief’s key', async () => {
    const stolen = { ...own(), privateKey: bound('/agent/Thief')().privateKey };
    const headers = { ...(await headersFor(stolen, '/api/v1/agents/me')), 'x-request-id': 'thief' };
    expect((await caller.get('/v1/agents/me', headers)).status).toBe(401);
    expect(network.auditOf('thief')).toMatchObject({ reason: 'admission.untrusted-proof', spiffeId: null });
  });

  test('refuses a token that the key of JWT-SVIDs has signed', async () => {
    const svid = bound('/agent/Bound', trustDomain.tokenAuthority)();
    const headers = { ...(await headersFor(svid, '/api/v1/agents/me')), 'x-request-id': 'key-set' };
    expect((await caller.get('/v1/agents/me', headers)).status).toBe(401);
    expect(network.auditOf('key-set')).toMatchObject({ reason: 'admission.untrusted-token' });
  });
});
