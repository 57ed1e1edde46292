import { DomainError, systemClock } from '@blastradius/kernel';
import {
  createLogger,
  endOnCrash,
  findStarter,
  openReadinessProbe,
  secretsFromFiles,
  startTelemetry,
} from '@blastradius/runtime';
import { loadConfig, SECRETS } from './config.ts';
import { startIssuer } from './issuer.ts';

const logger = createLogger('issuer');
endOnCrash(logger);
const telemetry = await startTelemetry({ name: 'issuer', env: process.env, logger });
const starter = findStarter(process.env);
const probe = await openReadinessProbe(process.env);
const starting = start();

starter.follow(
  () => {},
  async () => {
    probe.stopping();
    await (await starting).close();
    await telemetry.shutdown();
    probe.close();
  },
);

try {
  const { url, isReady } = await starting;
  probe.started(isReady);
  starter.emit({ event: 'ready', url });
} catch (err) {
  logger.fatal({ err }, 'the issuer can not start');
  const code = err instanceof DomainError ? err.code : 'issuer.start-failed';
  starter.emit({ event: 'failed', code, message: err instanceof Error ? err.message : 'unknown' });
  process.exit(1);
}

async function start() {
  return startIssuer(loadConfig(secretsFromFiles(process.env, SECRETS)), systemClock, logger);
}
