import { AuditLogUnwritable } from '@blastradius/audit';
import { createNestApp, provideValue } from '@blastradius/nest-kit';
import { createLogger } from '@blastradius/runtime';
import { afterEach, describe, expect, test } from 'vitest';
import { HealthController } from '../health/health.controller.ts';
import { Readiness } from '../health/readiness.ts';
import { answerWhenDurable } from './answer-when-durable.ts';

class AnswersForTest {}

type App = Awaited<ReturnType<typeof createNestApp>>;
let app: App;
afterEach(() => app.close());

async function startWith(durable: () => Promise<void>): Promise<App> {
  const providers = [provideValue(Readiness, { isReady: async () => true } as Readiness)];
  const module = { module: AnswersForTest, controllers: [HealthController], providers };
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
    const answer = started.inject('/healthz').then((got) => {
      isAnswered = true;
      return got;
    });
    await new Promise(setImmediate);
    expect(isAnswered).toBe(false);
    disk.resolve();
    expect((await answer).json()).toEqual({ status: 'live' });
  });

  test('is 503 and nothing else where the log can’t be brought to the disk', async () => {
    const started = await startWith(() => Promise.reject(new AuditLogUnwritable('EIO')));
    const answer = await started.inject('/healthz');
    expect(answer.statusCode).toBe(503);
    expect(answer.body).not.toContain('live');
  });
});
