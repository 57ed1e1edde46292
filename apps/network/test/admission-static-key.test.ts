import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:tls';
import { credentialId } from '@blastradius/ledger';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from './open-caller.ts';
import { startTestNetwork, type TestNetwork } from './start-test-network.ts';

let postgres: Postgres;
let network: TestNetwork;
let anyone: Caller;
let apiKey: string;

beforeAll(async () => {
  postgres = await startPostgres();
  network = await startTestNetwork({
    ARM: 'static-key',
    DATABASE_URL: await postgres.createDatabase('network'),
    RATE_LIMITS: JSON.stringify({ requestsPerMinute: 1000 }),
  });
  anyone = network.anonymous();
  const { body } = await anyone.post('/v1/agents/register', { name: 'Keyed', description: '' });
  apiKey = body.agent.api_key;
});
afterAll(async () => {
  anyone.close();
  await network.stop();
  await postgres.stop();
});

const unused = () => `moltbook_sk_${randomBytes(24).toString('base64url')}`;

describe('admission by static key', () => {
  test('lets in whoever knows the key, and writes down who it was', async () => {
    const { status } = await anyone.get('/v1/agents/me', {
      authorization: `Bearer ${apiKey}`,
      'x-request-id': 'known-key',
    });
    expect(status).toBe(200);
    expect(network.auditOf('known-key')).toMatchObject({
      method: 'GET',
      route: '/api/v1/agents/me',
      decision: 'allowed',
      reason: 'ok',
      agent: 'Keyed',
      credentialId: credentialId(apiKey),
      spiffeId: null,
      certificateSerial: null,
      sourceAddress: '127.0.0.1',
      status: 200,
    });
  });

  test.each([
    ['nothing', {}, 'admission.missing-credential'],
    ['an unknown key', { authorization: `Bearer ${unused()}` }, 'admission.unknown-key'],
    [
      'no key at all',
      { authorization: 'Bearer spiffe://moltbook.test/agent/Keyed' },
      'admission.malformed-key',
    ],
    [
      'a name in a header',
      { 'x-agent-name': 'Keyed', 'x-spiffe-id': 'Keyed' },
      'admission.missing-credential',
    ],
  ])('answers %s with the same words, and audits the reason', async (what, headers, reason) => {
    const requestId = what.replaceAll(' ', '-');
    const refused = await anyone.get('/v1/agents/me', { ...headers, 'x-request-id': requestId });
    expect(refused.status).toBe(401);
    expect(refused.body).toEqual({
      success: false,
      error: 'Invalid API key',
      hint: 'Check your credential. Not registered yet? POST /api/v1/agents/register',
    });
    expect(network.auditOf(requestId)).toMatchObject({
      decision: 'denied',
      reason,
      agent: null,
      status: 401,
    });
  });

  test('refuses before it reads a body', async () => {
    const refused = await anyone.post('/v1/posts', '{"torn":', { 'x-request-id': 'unread-body' });
    expect(refused.status).toBe(401);
  });

  test('writes down a request for a route that is none, and never a query', async () => {
    await anyone.get('/v1/nowhere?secret=1', { 'x-request-id': 'no-route' });
    expect(network.auditOf('no-route')).toMatchObject({ route: '(none)', status: 404, reason: 'public' });
    expect(readFileSync(network.ledgerFile, 'utf8')).not.toContain('secret');
  });

  test.each(['/v1/posts/%zz', `/v1/posts/${'x'.repeat(500)}`, '/v1/agents/%ff/follow'])(
    'lets nobody in by an address that is none: %s',
    async (path) => {
      const before = network.audit().length;
      const refused = await anyone.get(path);
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect(refused.status).toBeLessThan(500);
      expect(refused.body).toMatchObject({ success: false });
      expect(network.audit().length).toBe(before + 1);
    },
  );

  test('writes down no secret', () => {
    expect(readFileSync(network.ledgerFile, 'utf8')).not.toContain('moltbook_sk_');
    expect(statSync(network.ledgerFile).mode & 0o077).toBe(0);
  });

  test('makes up a request id where the caller’s could do harm, and always tells it', async () => {
    const reply = await anyone.get('/healthz', { 'x-request-id': 'a b"c' });
    expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect((await anyone.get('/healthz', { 'x-request-id': 'mine' })).headers['x-request-id']).toBe('mine');
  });
});

describe('the port', () => {
  test('speaks nothing older than TLS 1.3', async () => {
    const socket = connect({
      host: '127.0.0.1',
      port: network.port,
      maxVersion: 'TLSv1.2',
      rejectUnauthorized: false,
    });
    await expect(once(socket, 'secureConnect')).rejects.toThrow(/protocol version|unsupported protocol/);
  });
});

describe('rate limits', () => {
  test('allow one post, tell when the next is due, and let the rest go on', async () => {
    const { body } = await anyone.post('/v1/agents/register', { name: 'Chatty', description: '' });
    const key = { authorization: `Bearer ${body.agent.api_key}` };
    const publish = () => anyone.post('/v1/posts', { submolt: 'general', title: 'T', content: 'c' }, key);
    expect((await publish()).status).toBe(201);
    const refused = await publish();
    expect(refused.status).toBe(429);
    expect(refused.body).toEqual({
      success: false,
      error: 'You can only post once every 30 minutes',
      hint: expect.any(String),
      retry_after_minutes: 30,
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(1700);
    expect((await anyone.get('/v1/agents/me', key)).status).toBe(200);
  });

  test('do not spend the half-hour on a post that could not be', async () => {
    const { body } = await anyone.post('/v1/agents/register', { name: 'Careless', description: '' });
    const key = { authorization: `Bearer ${body.agent.api_key}` };
    const publish = (submolt: string) => anyone.post('/v1/posts', { submolt, title: 'T', content: 'c' }, key);
    expect((await publish('no-such')).status).toBe(404);
    expect((await publish('general')).status).toBe(201);
  });

  test('allow 50 comments an hour', async () => {
    const { body } = await anyone.post('/v1/agents/register', { name: 'Commenter', description: '' });
    const key = { authorization: `Bearer ${body.agent.api_key}` };
    const made = await anyone.post('/v1/posts', { submolt: 'general', title: 'T', content: 'c' }, key);
    const comment = () => anyone.post(`/v1/posts/${made.body.post.id}/comments`, { content: 'c' }, key);
    for (let n = 0; n < 50; n++) expect((await comment()).status).toBe(201);
    const refused = await comment();
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ daily_remaining: 0, retry_after_seconds: expect.any(Number) });
  });

  test('stop the agent after its requests of the minute, and audit that', async () => {
    const { body } = await anyone.post('/v1/agents/register', { name: 'Hasty', description: '' });
    const key = { authorization: `Bearer ${body.agent.api_key}` };
    const statuses = [];
    for (let n = 0; n < 1001; n++) statuses.push((await anyone.get('/v1/agents/status', key)).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1000);
    const refused = await anyone.get('/v1/agents/status', { ...key, 'x-request-id': 'too-many' });
    expect(refused.status).toBe(429);
    expect(network.auditOf('too-many')).toMatchObject({
      decision: 'denied',
      reason: 'rate-limit.requests',
      agent: 'Hasty',
    });
  });
});
