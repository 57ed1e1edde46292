import { AuditLogUnwritable } from '@blastradius/audit';
import { createNestApp, provideValue } from '@blastradius/nest-kit';
import { createLogger } from '@blastradius/runtime';
import { afterEach, describe, expect, test } from 'vitest';
import { HealthController } from '../health/health.controller.ts';
import { Readiness } from '../health/readiness.ts';
import { answerWhenDurable } from './answer-when-durable.ts';
import { AuditKeysController } from './audit-keys.controller.ts';
import { AuditKeys } from './audit-keys.ts';

class AnswersForTest {}

type App = Awaited<ReturnType<typeof createNestApp>>;
let app: App;
afterEach(() => app.close());

async function startWith(durable: () => Promise<void>): Promise<App> {
  const providers = [
    provideValue(Readiness, { isReady: async () => true } as Readiness),
    provideValue(AuditKeys, { published: async () => ({ keys: [] as never[] }) } as unknown as AuditKeys),
  ];
  const module = { module: AnswersForTest, controllers: [HealthController, AuditKeysController], providers };
  app = await createNestApp(module, { logger: createLogger('answers-test', 'silent') });
  app.getHttpAdapter().getInstance().addHook('onSend', answerWhenDurable({ durable }));
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

describe('an answer', () => {
  test('waits until the log is on the disk', async () => {
    const disk = Promise.withResolvers<void>();
    const started = await startWith(() => disk.promise);
    let isAnswered = false;
    const answer = started.inject('/v1/audit-keys').then((got) => {
      isAnswered = true;
      return got;
    });
    await new Promise(setImmediate);
    expect(isAnswered).toBe(false);
    disk.resolve();
    expect((await answer).json()).toEqual({ keys: [] });
  });

  test('is 503 and nothing else where the log can’t be brought to the disk', async () => {
    const started = await startWith(() => Promise.reject(new AuditLogUnwritable('EIO')));
    const answer = await started.inject('/v1/audit-keys');
    expect(answer.statusCode).toBe(503);
    expect(answer.body).not.toContain('keys');
  });

  test('to a probe waits for nothing: a failing disk is no reason to be restarted', async () => {
    const started = await startWith(() => Promise.reject(new AuditLogUnwritable('EIO')));
    expect((await started.inject('/healthz')).statusCode).toBe(200);
  });
});
