import { findStarter, openReadinessProbe, secretsFromFiles } from '@blastradius/runtime';
import { loadConfig, SECRETS } from './config.ts';
import { startNetwork } from './start.ts';

const starter = findStarter(process.env);
const probe = await openReadinessProbe(process.env);
const network = await startNetwork(loadConfig(secretsFromFiles(process.env, SECRETS)));
starter.follow(
  () => {},
  async () => {
    probe.stopping();
    await network.stop();
    probe.close();
  },
);
probe.started(network.isReady);
starter.emit({
  event: 'ready',
  url: network.url,
  ...(network.certificatePem === null ? {} : { certificatePem: network.certificatePem }),
});
