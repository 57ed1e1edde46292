import {
  createLogger,
  endOnCrash,
  findStarter,
  openReadinessProbe,
  secretsFromFiles,
  startTelemetry,
} from '@blastradius/runtime';
import { loadConfig, SECRETS } from './config.ts';
import { createServer } from './server.ts';

const logger = createLogger('vault');
endOnCrash(logger);
const telemetry = await startTelemetry({ name: 'vault', env: process.env });
const probe = await openReadinessProbe(process.env);
const config = loadConfig(secretsFromFiles(process.env, SECRETS));
const server = createServer(config);
const starter = findStarter(process.env);
starter.follow(
  () => {},
  async () => {
    probe.stopping();
    await server.close();
    await telemetry.shutdown();
    probe.close();
  },
);
const url = await server.listen({ host: config.bindAddress, port: config.port });
logger.warn('this is a stand-in for Vault: plain HTTP, nothing encrypted, nothing kept');
probe.started();
starter.emit({ event: 'ready', url });
