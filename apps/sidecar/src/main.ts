import { emitEvent, followStarter } from '@blastradius/contracts';
import { createRandom, DomainError, systemClock } from '@blastradius/kernel';
import { pino } from 'pino';
import { loadConfig } from './config.ts';
import { startSidecar } from './sidecar.ts';

const config = loadConfig(process.env);
const logger = pino({ name: 'sidecar' }, pino.destination(2));

const report = (error: unknown) => {
  const code = error instanceof DomainError ? error.code : 'sidecar.failed';
  logger.fatal({ err: error }, 'the sidecar cannot go on');
  emitEvent({ event: 'failed', code, message: error instanceof Error ? error.message : 'unknown' });
};

// Jitter is there to make hosts differ, so each process draws a seed of its own.
const random = createRandom(crypto.randomUUID());
const starting = startSidecar({
  config,
  clock: systemClock,
  random,
  logger,
  // Workloads keep what they hold; a supervisor starts us again, with another join token.
  onEnd: (error) => {
    report(error);
    starting.then((sidecar) => sidecar.close()).finally(() => process.exit(1));
  },
});
followStarter(
  () => {},
  async () => (await starting).close(),
);
starting.then(
  () => emitEvent({ event: 'ready', url: `unix://${config.workloadApiSocket}` }),
  (error: unknown) => {
    report(error);
    process.exit(1);
  },
);
