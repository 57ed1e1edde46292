// The control of the experiment: a network that does not wait for its database. It exists in the
// tests only; no configuration of the real entry leads here.
import { findStarter } from '@blastradius/runtime';
import { loadConfig } from '../dist/config.js';
import { startNetwork } from '../dist/start.js';

const network = await startNetwork(loadConfig(process.env), { databaseWaitMs: 0 });
const starter = findStarter(process.env);
starter.follow(
  () => {},
  () => network.stop(),
);
starter.emit({ event: 'ready', url: network.url });
