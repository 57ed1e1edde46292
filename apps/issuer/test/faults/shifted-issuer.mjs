// An issuer whose clock a test sets: it is ahead by as many milliseconds as the file says. It exists in the
// tests only; no configuration of the real entry leads here.
import { readFileSync } from 'node:fs';
import { createLogger, findStarter } from '@blastradius/runtime';
import { loadConfig } from '../../dist/config.js';
import { startIssuer } from '../../dist/issuer.js';

const { CLOCK_FILE, ...environment } = process.env;
const clock = { now: () => new Date(Date.now() + Number(readFileSync(CLOCK_FILE, 'utf8'))) };
const issuer = await startIssuer(loadConfig(environment), clock, createLogger('issuer', 'fatal'));
const starter = findStarter(process.env);
starter.follow(
  () => {},
  () => issuer.close(),
);
starter.emit({ event: 'ready', url: issuer.url });
