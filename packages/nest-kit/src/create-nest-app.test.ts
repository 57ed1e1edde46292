import { once } from 'node:events';
import { connect } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNestApp } from './create-nest-app.ts';
import { GreetingModule } from './greeting.fixture.ts';

let app: NestFastifyApplication;
beforeAll(async () => {
  app = await createNestApp(GreetingModule, { logger: pino({ level: 'silent' }) });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});
afterAll(() => app.close());

test('wires plain classes and parses bodies with the schema at the parameter', async () => {
  const answer = await app.inject({ method: 'POST', url: '/greet', payload: { name: 'Ada' } });
  expect(answer.json()).toEqual({ text: 'hello Ada' });
});

test('names the field of a body that does not fit, as problem details', async () => {
  const answer = await app.inject({ method: 'POST', url: '/greet', payload: {} });
  expect(answer.statusCode).toBe(400);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json()).toMatchObject({ code: 'request.invalid', detail: 'name: is missing' });
});

test('tells a caller without identity nothing of the check that failed', async () => {
  const answer = await app.inject({ method: 'GET', url: '/refused' });
  expect(answer.statusCode).toBe(401);
  expect(answer.body).not.toContain('signature');
});

test('keeps the text of an unexpected error to itself', async () => {
  const answer = await app.inject({ method: 'GET', url: '/broken' });
  expect(answer.statusCode).toBe(500);
  expect(answer.body).not.toContain('hunter2');
});

test('answers an address that can not be read in the same shape', async () => {
  const answer = await app.inject({ method: 'GET', url: '/%zz' });
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json()).toMatchObject({ status: 400 });
});

test('answers an unknown route and a body that is no JSON in the same shape', async () => {
  const unknown = await app.inject({ method: 'GET', url: '/nowhere' });
  expect(unknown.json()).toMatchObject({ status: 404 });
  const torn = await app.inject({
    method: 'POST',
    url: '/greet',
    headers: { 'content-type': 'application/json' },
    payload: '{"name":',
  });
  expect(torn.json()).toMatchObject({ status: 400 });
});

test('takes JSON that was announced and not sent for no body, and a poisoned one not at all', async () => {
  const headers = { 'content-type': 'application/json' };
  const empty = await app.inject({ method: 'DELETE', url: '/greet', headers });
  expect(empty.json()).toMatchObject({ status: 404 });
  const poisoned = {
    method: 'POST',
    url: '/greet',
    headers,
    payload: '{"name":"a","__proto__":{"b":1}}',
  } as const;
  expect((await app.inject(poisoned)).statusCode).toBe(400);
});

test('refuses a body beyond the limit', async () => {
  const answer = await app.inject({
    method: 'POST',
    url: '/greet',
    payload: { name: 'x'.repeat(2_000_000) },
  });
  expect(answer.statusCode).toBe(413);
});

test('takes a harmless request id over, and no other', async () => {
  const kept = await app.inject({ method: 'GET', url: '/broken', headers: { 'x-request-id': 'run-1:7' } });
  expect(kept.json()).toMatchObject({ traceId: 'run-1:7' });
  const replaced = await app.inject({ method: 'GET', url: '/broken', headers: { 'x-request-id': 'a\tb' } });
  expect(replaced.json().traceId).toMatch(/^[0-9a-f-]{36}$/);
});

test('closes although a connection was opened and never used', async () => {
  const other = await createNestApp(GreetingModule, {
    logger: pino({ level: 'silent' }),
    drain: { drainMs: 50, graceMs: 50 },
  });
  await other.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect(Number(new URL(await other.getUrl()).port), '127.0.0.1');
  await once(socket, 'connect');
  const ended = once(socket, 'close');
  await other.close();
  await ended;
});
