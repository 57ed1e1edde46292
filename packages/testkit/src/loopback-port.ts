import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const ANSWERS_WITHIN_MS = 30_000;

/** A port of 127.0.0.1 that nobody had a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('no port was given');
  return address.port;
}

/** Asks until it is answered, for at most half a minute. */
export async function untilAnswers(answers: () => Promise<unknown>): Promise<void> {
  for (const endMs = Date.now() + ANSWERS_WITHIN_MS; ; ) {
    try {
      await answers();
      return;
    } catch (error) {
      if (Date.now() > endMs) throw error;
      await delay(50);
    }
  }
}
