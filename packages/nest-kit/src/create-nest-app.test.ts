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

test('takes a harmless request id over, and no other', async () => {
  const kept = await app.inject({ method: 'GET', url: '/broken', headers: { 'x-request-id': 'run-1:7' } });
  expect(kept.json()).toMatchObject({ traceId: 'run-1:7' });
  const replaced = await app.inject({ method: 'GET', url: '/broken', headers: { 'x-request-id': 'a\tb' } });
  expect(replaced.json().traceId).toMatch(/^[0-9a-f-]{36}$/);
});
