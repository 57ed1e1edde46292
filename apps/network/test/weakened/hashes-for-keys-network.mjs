// The control of a cell of the matrix: a network that takes the hash of a key for the key. It exists in
// the tests only; no configuration of the real entry leads here.
import { findStarter } from '@blastradius/runtime';
import { loadConfig } from '../../dist/config.js';
import { startNetwork } from '../../dist/start.js';
import { hashesForKeys } from './weak-verification.ts';

const network = await startNetwork(loadConfig(process.env), { verification: hashesForKeys });
const starter = findStarter(process.env);
starter.follow(
  () => {},
  () => network.stop(),
);
const { url, certificatePem } = network;
starter.emit({ event: 'ready', url, certificatePem });
