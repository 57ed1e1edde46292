import { PostgresAgentsByCredential } from '../../apps/network/dist/admission/postgres-agents-by-credential.js';
import { loadConfig } from '../../apps/network/dist/config.js';
import { startNetwork } from '../../apps/network/dist/start.js';
import { findStarter } from '../../packages/runtime/dist/index.js';
import { RememberedKeys } from './remembered-keys.ts';

/**
 * The second yardstick: the network as it is built, but for its look-up of keys, which is kept in memory and
 * never asked again. A key that was reset would go on here: no configuration of the real entry leads to it.
 */
const network = await startNetwork(loadConfig(process.env), {
  verification: { agents: (database) => new RememberedKeys(new PostgresAgentsByCredential(database)) },
});
const starter = findStarter(process.env);
starter.follow(
  () => {},
  () => network.stop(),
);
starter.emit({ event: 'ready', url: network.url });
