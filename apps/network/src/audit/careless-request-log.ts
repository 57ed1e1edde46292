import { closeSync, openSync, writeSync } from 'node:fs';
import type { Clock } from '@blastradius/kernel';
import type { FastifyInstance } from 'fastify';

/**
 * What the audit log never does: keeps each request with all its headers, as a proxy does whose log format
 * names `$http_authorization`, or a tracer that captures headers. JSON Lines. Returns what closes it.
 */
export function logRequests(server: FastifyInstance, file: string, clock: Clock): () => void {
  const fd = openSync(file, 'a', 0o644);
  server.addHook('onResponse', async ({ method, url, headers, ip }, { statusCode }) => {
    const time = clock.now().toISOString();
    writeSync(fd, `${JSON.stringify({ time, ip, method, uri: url, status: statusCode, headers })}\n`);
  });
  return () => closeSync(fd);
}
