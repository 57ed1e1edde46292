import { emitEvent, followStarter } from '@blastradius/contracts';
import { DomainError, systemClock } from '@blastradius/kernel';
import { createLogger } from '@blastradius/nest-kit';
import { loadConfig } from './config.ts';
import { startIssuer } from './issuer.ts';

const logger = createLogger('issuer');
const starting = start();

followStarter(
  () => {},
  async () => (await starting).close(),
);

try {
  const { url } = await starting;
  emitEvent({ event: 'ready', url });
} catch (err) {
  logger.fatal({ err }, 'the issuer can not start');
  const code = err instanceof DomainError ? err.code : 'issuer.start-failed';
  emitEvent({ event: 'failed', code, message: err instanceof Error ? err.message : 'unknown' });
  process.exit(1);
}

async function start() {
  return startIssuer(loadConfig(process.env), systemClock, logger);
}
