import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callOperator } from './call-operator.ts';
import { openCaller } from './open-caller.ts';
import { startTestNetwork, type TestNetwork } from './start-test-network.ts';
import { type IssuedSvid, startTrustDomain, type TrustDomain } from './start-trust-domain.ts';

let postgres: Postgres;
let trustDomain: TrustDomain;
const folder = mkdtempSync(join(tmpdir(), 'additions-'));

beforeAll(async () => {
  postgres = await startPostgres();
  trustDomain = await startTrustDomain();
});
afterAll(async () => {
  await trustDomain.close();
  await postgres.stop();
  rmSync(folder, { recursive: true });
});

const idOf = (name: string) => `spiffe://moltbook.test/agent/${name}`;
const callerOf = (network: TestNetwork, svid: IssuedSvid) =>
  openCaller({ port: network.port, ca: trustDomain.authorityPem, ...svid });

async function registered(network: TestNetwork, name: string) {
  const svid = await trustDomain.issue(`/agent/${name}`);
  const caller = callerOf(network, svid);
  expect((await caller.post('/v1/agents/register', { name, description: 'Tests.' })).status).toBe(201);
  return { svid, caller };
}

const idOfRequest = (path: string) => `reader${path.replaceAll('/', '-')}`;
const post = { submolt: 'general', title: 'A title', content: 'A text' };

describe('in arm x509-svid+policy', () => {
  const groups = join(folder, 'groups.json');
  let network: TestNetwork;
  const environment = async (arm: string) => ({
    ARM: arm,
    DATABASE_URL: await postgres.createDatabase(`policy_${randomUUID().slice(0, 8)}`),
    SPIFFE_ENDPOINT_SOCKET: trustDomain.endpoint,
    AGENT_GROUPS_FILE: groups,
  });

  beforeAll(async () => {
    writeFileSync(groups, JSON.stringify({ defaultGroup: 'writer', members: { reader: [idOf('Reader')] } }));
    network = await startTestNetwork(await environment('x509-svid+policy'));
  });
  afterAll(() => network.stop());

  test('a writer takes part and edits its profile; a reader reads all the same', async () => {
    const writer = await registered(network, 'Writer');
    const reader = await registered(network, 'Reader');
    const posted = await writer.caller.post('/v1/posts', post);
    expect(posted.status).toBe(201);
    const patched = await writer.caller.patch('/v1/agents/me', { description: 'Another one.' });
    expect(patched.status).toBe(200);
    expect((await reader.caller.get('/v1/feed')).status).toBe(200);
    expect((await reader.caller.get('/v1/agents/me')).body.agent.name).toBe('Reader');
    expect((await reader.caller.get('/v1/agents/dm/check')).status).toBe(200);
    writer.caller.close();
    reader.caller.close();
  });

  test('a reader’s credential writes nothing, and the audit names the policy', async () => {
    const reader = callerOf(network, await trustDomain.issue('/agent/Reader'));
    const { body } = await reader.get('/v1/posts');
    const before = body.posts.length;
    for (const [path, content] of [
      ['/v1/posts', post],
      [`/v1/posts/${body.posts[0].id}/comments`, { content: 'Mine.' }],
      [`/v1/posts/${body.posts[0].id}/upvote`, undefined],
      ['/v1/agents/dm/request', { to: 'Writer', message: 'Look at this.' }],
      ['/v1/agents/Writer/follow', undefined],
      ['/v1/submolts', { name: 'mine', display_name: 'Mine', description: '' }],
    ] as const) {
      const refused = await reader.post(path, content, { 'x-request-id': idOfRequest(path) });
      expect([path, refused.status]).toEqual([path, 403]);
      expect(network.auditOf(idOfRequest(path))).toMatchObject({
        decision: 'denied',
        reason: 'admission.forbidden-by-policy',
        policies: ['readers-never-write'],
        agent: 'Reader',
        spiffeId: idOf('Reader'),
      });
    }
    expect((await reader.patch('/v1/agents/me', { description: 'Taken over.' })).status).toBe(403);
    expect((await reader.get('/v1/posts')).body.posts).toHaveLength(before);
    reader.close();
  });

  test('what nobody has proved to be is refused before any policy is asked', async () => {
    const anyone = openCaller({ port: network.port, ca: trustDomain.authorityPem });
    expect((await anyone.post('/v1/posts', post)).status).toBe(401);
    anyone.close();
  });

  test('and in the arm without policies the same reader may write: permissions are equal there', async () => {
    const control = await startTestNetwork(await environment('x509-svid'));
    const reader = await registered(control, 'Reader');
    expect((await reader.caller.post('/v1/posts', post)).status).toBe(201);
    reader.caller.close();
    await control.stop();
  });

  test('a bad policy stops the start, with file, line and reason', async () => {
    writeFileSync(join(folder, 'a.cedarschema'), 'entity Group; entity Agent in [Group]; entity Network;');
    writeFileSync(
      join(folder, 'a.cedar'),
      '// One.\n@id("x")\npermit (principal in Gruop::"writer", action, resource);\n',
    );
    const start = startTestNetwork({ ...(await environment('x509-svid+policy')), POLICY_FOLDER: folder });
    await expect(start).rejects.toThrow(/a\.cedar:3: .*Gruop/);
  });
});

describe('in arm x509-svid+revocation-push', () => {
  let network: TestNetwork;
  let environment: Record<string, string>;
  const revoke = (order: object, at = network) =>
    callOperator(at.operatorSocket, 'POST', '/operator/revocations', { reason: 'stolen', ...order });

  beforeAll(async () => {
    environment = {
      ARM: 'x509-svid+revocation-push',
      DATABASE_URL: await postgres.createDatabase('push'),
      SPIFFE_ENDPOINT_SOCKET: trustDomain.endpoint,
    };
    network = await startTestNetwork(environment);
  });
  afterAll(() => network.stop());

  test('a revoked SVID dies on its live connection and at its next handshake; the next SVID is let in', async () => {
    const { svid, caller } = await registered(network, 'Robbed');
    const other = await registered(network, 'Other');
    expect((await caller.get('/v1/agents/me')).status).toBe(200);
    const { status, body } = await revoke({ serials: [svid.serial] });
    expect([status, body]).toEqual([200, { serials: 1, identities: 0, connectionsClosed: 1 }]);
    const refused = await caller
      .get('/v1/agents/me', { 'x-request-id': 'revoked' })
      // The client may notice only now that its connection was closed.
      .catch(() => caller.get('/v1/agents/me', { 'x-request-id': 'revoked' }));
    expect(refused.status).toBe(401);
    expect(network.auditOf('revoked')).toMatchObject({
      reason: 'admission.revoked-svid',
      spiffeId: idOf('Robbed'),
      certificateSerial: svid.serial,
    });
    const next = callerOf(network, await trustDomain.issue('/agent/Robbed'));
    expect((await next.get('/v1/agents/me')).body.agent.name).toBe('Robbed');
    expect((await other.caller.get('/v1/agents/me')).status).toBe(200);
    for (const each of [caller, next, other.caller]) each.close();
  });

  test('all that an identity was issued before a moment is refused, by a network that was started anew too', async () => {
    const { svid, caller } = await registered(network, 'Named');
    caller.close();
    const identities = [{ spiffeId: idOf('Named'), issuedBeforeMs: Date.now() }];
    expect((await revoke({ identities })).status).toBe(200);
    await network.stop();
    network = await startTestNetwork(environment);
    const old = callerOf(network, svid);
    expect((await old.get('/v1/agents/me', { 'x-request-id': 'after-the-restart' })).status).toBe(401);
    expect(network.auditOf('after-the-restart')?.reason).toBe('admission.revoked-svid');
    // A certificate begins with a whole second.
    await delay(1010 - (Date.now() % 1000));
    const notBefore = new Date(Date.now() - (Date.now() % 1000));
    const next = callerOf(network, await trustDomain.issue('/agent/Named', { notBefore }));
    expect((await next.get('/v1/agents/me')).status).toBe(200);
    old.close();
    next.close();
  });

  test('an order that says nothing it could mean is refused', async () => {
    expect((await revoke({ serials: ['NOT-HEX'] })).status).toBe(400);
    expect((await revoke({ identities: [{ spiffeId: 'Named', issuedBeforeMs: 1 }] })).status).toBe(400);
  });

  test('without the modifier nothing is revoked: the stolen SVID is good until it ends', async () => {
    const plain = await startTestNetwork({
      ...environment,
      ARM: 'x509-svid',
      DATABASE_URL: await postgres.createDatabase('plain'),
    });
    const { svid, caller } = await registered(plain, 'Robbed');
    const { status, body } = await revoke({ serials: [svid.serial] }, plain);
    expect([status, body.code ?? body.error]).toEqual([409, 'revocation.not-in-this-arm']);
    expect((await caller.get('/v1/agents/me')).status).toBe(200);
    caller.close();
    await plain.stop();
  });
});
