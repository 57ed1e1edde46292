import type { RequestListener } from 'node:http';
import { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { startWebServer } from '../../test/tls-world.ts';
import { presentStaticKey } from '../static-key/present.ts';
import { AgentClient } from './agent-client.ts';

async function clientOf(listener: RequestListener, timeoutMs = 2000) {
  const { url, certificatePem } = await startWebServer(listener);
  const trust = { kind: 'certificate', certificatePem } as const;
  const presenter = presentStaticKey({ apiKey: 'moltbook_sk_FAKE', trust });
  return new AgentClient({ networkUrl: url, presenter, timeoutMs });
}

const answering =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status, headers).end(body);
  };

test('shows the key as a bearer token, over TLS 1.3, with a fresh request id each time', async () => {
  const seen: unknown[] = [];
  const client = await clientOf((request, response) => {
    const { authorization } = request.headers;
    seen.push([
      authorization,
      request.headers['x-request-id'],
      request.socket instanceof TLSSocket && request.socket.getProtocol(),
    ]);
    response.end('{"success":true}');
  });
  const answers = [await client.me(), await client.me()];
  expect(answers.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
  expect(seen).toEqual(answers.map(({ requestId }) => ['Bearer moltbook_sk_FAKE', requestId, 'TLSv1.3']));
  expect(answers[0]?.requestId).not.toBe(answers[1]?.requestId);
});

test.each([
  [201, 'accepted'],
  [401, 'refused'],
  [429, 'refused'],
  [302, 'refused'],
  [503, 'failed'],
])('an answer of %i is %s', async (status, outcome) => {
  const client = await clientOf(answering(status, '{"success":false}'));
  expect(await client.me()).toMatchObject({ outcome, status, body: { success: false } });
});

test('follows no redirect', async () => {
  let asked = 0;
  const client = await clientOf((_request, response) => {
    asked += 1;
    response.writeHead(307, { location: '/elsewhere' }).end();
  });
  expect(await client.createPost({ submolt: 'general', title: 't', content: 'c' })).toMatchObject({
    status: 307,
  });
  expect(asked).toBe(1);
});

test('says what happened instead of throwing when nobody listens', async () => {
  const presenter = presentStaticKey({ apiKey: 'k', trust: { kind: 'anyone' } });
  const client = new AgentClient({ networkUrl: 'https://127.0.0.1:1', presenter });
  expect(await client.feed()).toMatchObject({ outcome: 'failed', status: null, error: 'ECONNREFUSED' });
});

test('sends nothing, and says so, where there is no credential to show', async () => {
  const nothing = () =>
    Promise.reject(Object.assign(new Error('none'), { code: 'workload-api.unavailable' }));
  const presenter = { ...presentStaticKey({ apiKey: 'k', trust: { kind: 'anyone' } }), headers: nothing };
  const client = new AgentClient({ networkUrl: 'https://127.0.0.1:1', presenter });
  const error = 'credential-missing (workload-api.unavailable)';
  expect(await client.feed()).toMatchObject({ outcome: 'failed', status: null, error });
});

test('gives up on a server that does not answer', async () => {
  const client = await clientOf(() => {}, 50);
  expect(await client.me()).toMatchObject({ outcome: 'failed', status: null, error: 'TimeoutError' });
});

test('a connection that the server closes while it is idle costs no request', async () => {
  const ends: (() => void)[] = [];
  const client = await clientOf((request, response) => {
    ends.push(() => request.socket.end());
    response.end('{}');
  });
  for (let count = 0; count < 5; count++) {
    expect((await client.me()).outcome).toBe('accepted');
    for (const end of ends.splice(0)) end();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

test('a body that is no JSON is handed on as text', async () => {
  const client = await clientOf(answering(502, '<html>bad gateway</html>'));
  expect(await client.me()).toMatchObject({ outcome: 'failed', body: '<html>bad gateway</html>' });
});

test('names can not break out of their place in the path', async () => {
  let path = '';
  const client = await clientOf((request, response) => {
    path = request.url ?? '';
    response.end('{}');
  });
  await client.upvote('../../agents/me?x=');
  expect(path).toBe('/api/v1/posts/..%2F..%2Fagents%2Fme%3Fx%3D/upvote');
});

test('refuses a server whose certificate is another than the one that was handed over', async () => {
  const [real, other] = [
    await startWebServer(answering(200, '{}')),
    await startWebServer(answering(200, '{}')),
  ];
  const trust = { kind: 'certificate', certificatePem: real.certificatePem } as const;
  const client = new AgentClient({
    networkUrl: other.url,
    presenter: presentStaticKey({ apiKey: 'k', trust }),
  });
  expect(await client.me()).toMatchObject({ outcome: 'failed', status: null });
});

test('refuses a server that speaks no TLS 1.3', async () => {
  const server = await startWebServer(answering(200, '{}'), { maxVersion: 'TLSv1.2' });
  const presenter = presentStaticKey({ apiKey: 'k', trust: { kind: 'anyone' } });
  const answer = await new AgentClient({ networkUrl: server.url, presenter }).me();
  expect(answer).toMatchObject({ status: null });
  expect(answer.outcome).not.toBe('accepted');
});
