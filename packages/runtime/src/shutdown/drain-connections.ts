import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface DrainOptions {
  /** How long connections that are kept alive may bring their next request, milliseconds. */
  readonly drainMs?: number;
  /** How long, after that, requests under way may take before their connections are ended. */
  readonly graceMs?: number;
}

const LOOK_EVERY_MS = 20;

/**
 * Empties a server that is about to stop listening, where each answer already says
 * `connection: close`: whoever is busy gets its answer and goes. Closing at once instead would meet
 * requests that are on their way, on connections that look idle from here. Ends early when nobody is
 * connected.
 */
export async function drainConnections(
  server: Server,
  { drainMs = 1000, graceMs = 2000 }: DrainOptions = {},
): Promise<void> {
  const endMs = performance.now() + drainMs;
  while (performance.now() < endMs && (await openConnections(server)) > 0) await delay(LOOK_EVERY_MS);
  // Also those that were opened and never used: they count as busy, and would be waited for.
  setTimeout(() => server.closeAllConnections(), graceMs).unref();
}

function openConnections(server: Server): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  server.getConnections((error, count) => resolve(error === null ? count : 0));
  return promise;
}
