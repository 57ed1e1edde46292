import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { Authority } from '@blastradius/pki';
import { certificatesToPem } from '@blastradius/spiffe';
import { intermediateBelow, type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCaller } from './open-caller.ts';
import { startTestNetwork, type TestNetwork } from './start-test-network.ts';
import {
  type IssuedSvid,
  issueSvid,
  rogueAuthority,
  startTrustDomain,
  type TrustDomain,
} from './start-trust-domain.ts';

let postgres: Postgres;
let trustDomain: TrustDomain;
let network: TestNetwork;

beforeAll(async () => {
  postgres = await startPostgres();
  trustDomain = await startTrustDomain();
  network = await startTestNetwork({
    ARM: 'x509-svid',
    DATABASE_URL: await postgres.createDatabase('network'),
    SPIFFE_ENDPOINT_SOCKET: trustDomain.endpoint,
  });
});
afterAll(async () => {
  await network.stop();
  await trustDomain.close();
  await postgres.stop();
});

const callerWith = (svid: Pick<IssuedSvid, 'cert' | 'key'> | object, headers: Record<string, string> = {}) =>
  openCaller({ port: network.port, ca: trustDomain.authorityPem, headers, ...svid });

async function registered(name: string) {
  const svid = await trustDomain.issue(`/agent/${name}`);
  const caller = callerWith(svid);
  const reply = await caller.post('/v1/agents/register', { name, description: 'Has an identity' });
  return { svid, caller, reply };
}

const invalid = { success: false, error: 'Invalid API key' };

describe('admission by X509-SVID', () => {
  test('registers the identity that was proved, and keeps no secret of it', async () => {
    const { svid, reply, caller } = await registered('Proved');
    expect(reply.status).toBe(201);
    expect(reply.text).not.toContain('api_key');
    expect(reply.body.agent).toEqual({ name: 'Proved', spiffe_id: svid.spiffeId });
    const { rows } = await postgres.query('network', 'select * from agents');
    expect(rows[0]).toMatchObject({
      name: 'Proved',
      spiffe_id: svid.spiffeId,
      api_key: null,
      claim_token: null,
      verification_code: null,
    });
    expect((await caller.get('/v1/agents/me')).body.agent.name).toBe('Proved');
    const again = await caller.post('/v1/agents/register', { name: 'Second', description: '' });
    expect(again.status).toBe(409);
    caller.close();
  });

  test('writes down SPIFFE ID and serial of the certificate that was shown', async () => {
    const { svid, caller } = await registered('Recorded');
    await caller.get('/v1/agents/me', { 'x-request-id': 'recorded' });
    expect(network.auditOf('recorded')).toMatchObject({
      decision: 'allowed',
      reason: 'ok',
      agent: 'Recorded',
      spiffeId: svid.spiffeId,
      certificateSerial: svid.serial,
      credentialId: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    caller.close();
  });

  test('lets the next SVID of the same identity in as the same agent', async () => {
    const { caller } = await registered('Rotating');
    caller.close();
    const next = callerWith(await trustDomain.issue('/agent/Rotating'));
    expect((await next.get('/v1/agents/me')).body.agent.name).toBe('Rotating');
    next.close();
  });

  test('takes no name, no header and no key instead of a certificate', async () => {
    await registered('Named').then(({ caller }) => caller.close());
    const thief = callerWith(
      {},
      {
        authorization: 'Bearer spiffe://moltbook.test/agent/Named',
        'x-spiffe-id': 'spiffe://moltbook.test/agent/Named',
        'x-forwarded-client-cert': 'URI=spiffe://moltbook.test/agent/Named',
        'x-request-id': 'name-only',
      },
    );
    for (const call of [thief.get('/v1/agents/me'), thief.post('/v1/agents/register', { name: 'Thief' })]) {
      const refused = await call;
      expect(refused.status).toBe(401);
      expect(refused.body).toMatchObject(invalid);
    }
    expect(network.auditOf('name-only')).toMatchObject({
      reason: 'admission.missing-credential',
      spiffeId: null,
      certificateSerial: null,
    });
    thief.close();
  });

  test('counts the certificate and not the headers beside it', async () => {
    await registered('Victim').then(({ caller }) => caller.close());
    const { caller } = await registered('Headered');
    const { body } = await caller.get('/v1/agents/me', {
      authorization: 'Bearer spiffe://moltbook.test/agent/Victim',
      'x-spiffe-id': 'spiffe://moltbook.test/agent/Victim',
    });
    expect(body.agent.name).toBe('Headered');
    caller.close();
  });

  test('refuses a certificate of another authority with the victim’s SPIFFE ID, and records its serial', async () => {
    await registered('Copied').then(({ caller }) => caller.close());
    const forged = await issueSvid('/agent/Copied', { authority: await rogueAuthority() });
    const thief = callerWith(forged, { 'x-request-id': 'rogue' });
    const refused = await thief.get('/v1/agents/me');
    expect(refused.status).toBe(401);
    expect(refused.body).toMatchObject(invalid);
    expect(network.auditOf('rogue')).toMatchObject({
      decision: 'denied',
      reason: 'admission.untrusted-certificate',
      agent: null,
      spiffeId: null,
      certificateSerial: forged.serial,
    });
    thief.close();
  });

  test('lets in who is below an intermediate of the trust domain, and nobody below a stranger’s', async () => {
    const callerBelow = async (root: Authority, name: string) => {
      const authority = await intermediateBelow(root);
      const { cert, key } = await issueSvid(`/agent/${name}`, { authority });
      return callerWith({ cert: cert + certificatesToPem([authority.certificate]), key });
    };
    const register = async (root: Authority, name: string) => {
      const caller = await callerBelow(root, name);
      const reply = await caller.post('/v1/agents/register', { name, description: 'Is below' });
      caller.close();
      return reply;
    };
    const { status, body } = await register(trustDomain.authority, 'Below');
    expect(status).toBe(201);
    expect(body.agent.spiffe_id).toBe('spiffe://moltbook.test/agent/Below');
    const refused = await register(await rogueAuthority(), 'Beneath');
    expect(refused.status).toBe(401);
    expect(refused.body).toMatchObject(invalid);
  });

  test('refuses an SVID that has expired, and tells it from a stranger’s in the audit only', async () => {
    await registered('Expired').then(({ caller }) => caller.close());
    const past = { notBefore: new Date(Date.now() - 60_000), lifetimeMs: -30_000 };
    const expired = callerWith(await trustDomain.issue('/agent/Expired', past), {
      'x-request-id': 'expired',
    });
    const refused = await expired.get('/v1/agents/me');
    expect(refused.status).toBe(401);
    expect(refused.body).toMatchObject(invalid);
    expect(network.auditOf('expired')?.reason).toBe('admission.expired-svid');
    expired.close();
    const forged = await issueSvid('/agent/Expired', { ...past, authority: await rogueAuthority() });
    const thief = callerWith(forged, { 'x-request-id': 'rogue-and-expired' });
    await thief.get('/v1/agents/me');
    expect(network.auditOf('rogue-and-expired')?.reason).toBe('admission.untrusted-certificate');
    thief.close();
  });

  test('ends a kept connection’s identity with its certificate', async () => {
    await registered('Lasting').then(({ caller }) => caller.close());
    const caller = callerWith(await trustDomain.issue('/agent/Lasting', { lifetimeMs: 2000 }));
    expect((await caller.get('/v1/agents/me')).status).toBe(200);
    await delay(2100);
    const late = await caller.get('/v1/agents/me', { 'x-request-id': 'outlived' });
    expect(late.status).toBe(401);
    const [record] = network.audit().filter(({ requestId }) => requestId === 'outlived');
    expect(record).toMatchObject({ reason: 'admission.expired-svid', decision: 'denied' });
    caller.close();
  });

  test('knows an identity without an account from one with', async () => {
    const stranger = callerWith(await trustDomain.issue('/agent/Stranger'), { 'x-request-id': 'stranger' });
    expect((await stranger.get('/v1/agents/me')).status).toBe(401);
    expect(network.auditOf('stranger')).toMatchObject({
      reason: 'admission.no-agent-for-identity',
      spiffeId: 'spiffe://moltbook.test/agent/Stranger',
    });
    stranger.close();
  });

  test('opens no account for an identity that is no agent’s', async () => {
    const sidecar = callerWith(await trustDomain.issue('/sidecar/node1'), { 'x-request-id': 'sidecar' });
    const refused = await sidecar.post('/v1/agents/register', { name: 'Sidecar', description: '' });
    expect(refused.status).toBe(401);
    expect(network.auditOf('sidecar')?.reason).toBe('admission.foreign-identity');
    sidecar.close();
  });

  test('shows the public page without a certificate', async () => {
    const visitor = callerWith({});
    expect((await visitor.get('/')).status).toBe(200);
    visitor.close();
  });
});

describe('the server’s own identity', () => {
  test('is replaced while it serves, and connections go on', async () => {
    const before = callerWith({});
    expect((await before.get('/readyz')).status).toBe(200);
    const { serial } = await trustDomain.rotate();
    await expect.poll(() => serverSerial(), { timeout: 5000 }).toBe(serial);
    expect((await before.get('/readyz')).status).toBe(200);
    before.close();
  });

  test('stops trusting an authority that left the bundle, also on connections that stand', async () => {
    const next = await rogueAuthority();
    const old = await registered('OldAuthority');
    await trustDomain.rotate([trustDomain.authority, next]);
    const svid = await issueSvid('/agent/OldAuthority', { authority: next });
    const caller = callerWith(svid);
    await expect.poll(async () => (await fresh(svid)).status, { timeout: 5000 }).toBe(200);
    expect((await caller.get('/v1/agents/me')).status).toBe(200);
    await trustDomain.rotate();
    await expect.poll(async () => (await caller.get('/v1/agents/me')).status, { timeout: 5000 }).toBe(401);
    expect((await old.caller.get('/v1/agents/me')).status).toBe(200);
    caller.close();
    old.caller.close();
  });

  test('resumes no TLS session: a certificate is proved on every connection', async () => {
    const { svid, caller } = await registered('Resumer');
    caller.close();
    const options = { host: '127.0.0.1', port: network.port, rejectUnauthorized: false };
    const first = connect({ ...options, cert: svid.cert, key: svid.key });
    const sessions: Buffer[] = [];
    first.on('session', (session) => sessions.push(session));
    await once(first, 'secureConnect');
    first.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    first.resume();
    await once(first, 'close');
    const session = sessions.at(-1);
    if (!session) return;
    const second = connect({ ...options, session });
    await once(second, 'secureConnect');
    expect(second.isSessionReused()).toBe(false);
    second.destroy();
  });
});

async function fresh(svid: IssuedSvid) {
  const caller = callerWith(svid);
  const reply = await caller.get('/v1/agents/me');
  caller.close();
  return reply;
}

async function serverSerial(): Promise<string | undefined> {
  const socket = connect({ host: '127.0.0.1', port: network.port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const serial = socket.getPeerX509Certificate()?.serialNumber.toLowerCase();
  socket.destroy();
  return serial;
}
