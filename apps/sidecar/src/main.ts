import { createRandom, DomainError, systemClock } from '@blastradius/kernel';
import { findStarter, openReadinessProbe } from '@blastradius/runtime';
import { shieldProcess } from '@blastradius/workload-api';
import { pino } from 'pino';
import { loadConfig } from './config.ts';
import { startSidecar } from './sidecar.ts';

// Before anything secret is read.
shieldProcess();
const starter = findStarter(process.env);
const probe = await openReadinessProbe(process.env);
const config = loadConfig(process.env);
const logger = pino({ name: 'sidecar' }, pino.destination(2));

const report = (error: unknown) => {
  const code = error instanceof DomainError ? error.code : 'sidecar.failed';
  logger.fatal({ err: error }, 'the sidecar cannot go on');
  starter.emit({ event: 'failed', code, message: error instanceof Error ? error.message : 'unknown' });
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
starter.follow(
  () => {},
  async () => {
    probe.stopping();
    await (await starting).close();
    probe.close();
  },
);
starting.then(
  ({ isReady, egressUrl }) => {
    probe.started(isReady);
    const url = `unix://${config.workloadApiSocket}`;
    starter.emit({ event: 'ready', url, ...(egressUrl === undefined ? {} : { egressUrl }) });
  },
  (error: unknown) => {
    report(error);
    process.exit(1);
  },
);
