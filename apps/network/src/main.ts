import { emitEvent, followStarter } from '@blastradius/contracts';
import { loadConfig } from './config.ts';
import { startNetwork } from './start.ts';

const network = await startNetwork(loadConfig(process.env));
followStarter(
  () => {},
  () => network.stop(),
);
emitEvent({
  event: 'ready',
  url: network.url,
  ...(network.certificatePem === null ? {} : { certificatePem: network.certificatePem }),
});
