import {
  createLogger,
  endOnCrash,
  findStarter,
  openReadinessProbe,
  secretsFromFiles,
  startTelemetry,
} from '@blastradius/runtime';
import { loadConfig, SECRETS } from './config.ts';
import { startNetwork } from './start.ts';

endOnCrash(createLogger('network'));
const telemetry = await startTelemetry({ name: 'network', env: process.env });
const starter = findStarter(process.env);
const probe = await openReadinessProbe(process.env);
const network = await startNetwork(loadConfig(secretsFromFiles(process.env, SECRETS)));
starter.follow(
  () => {},
  async () => {
    probe.stopping();
    await network.stop();
    await telemetry.shutdown();
    probe.close();
  },
);
probe.started(network.isReady);
starter.emit({
  event: 'ready',
  url: network.url,
  ...(network.certificatePem === null ? {} : { certificatePem: network.certificatePem }),
});
