import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  /** The bearer key, or the name in the client's certificate. */
  readonly caller: string;
}

/** The least of Moltbook's API that agents need, over any kind of TLS. */
export async function startFakeNetwork(tls: ServerOptions) {
  const seen: SeenRequest[] = [];
  const refusedCallers = new Set<string>();
  /** By path, where another answer than the usual one is wanted. */
  const statuses = new Map<string, number>();
  const bodies = new Map<string, unknown>();
  const server = createServer(tls, (request, response) => {
    request.resume();
    const leaf = request.socket instanceof TLSSocket ? request.socket.getPeerX509Certificate() : undefined;
    const caller = request.headers.authorization ?? leaf?.subjectAltName ?? 'nobody';
    const path = new URL(request.url ?? '/', 'https://network').pathname.replace('/api/v1', '');
    seen.push({ method: request.method ?? '', path, caller });
    const isRefused = refusedCallers.has(caller);
    response.statusCode = isRefused ? 401 : (statuses.get(path) ?? 200);
    response.end(
      JSON.stringify(isRefused ? { success: false } : (bodies.get(path) ?? answerTo(path, seen.length))),
    );
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, seen, refusedCallers, statuses, bodies };
}

function answerTo(path: string, count: number): unknown {
  if (path === '/agents/register') return { success: true, agent: { api_key: `moltbook_sk_FAKE_${count}` } };
  if (path === '/feed') return { posts: [{ id: 'p1', author: { name: 'Somebody' } }, { id: 'p2' }] };
  if (path === '/agents/dm/check') return { requests: { count: 1 } };
  if (path === '/agents/dm/requests') return { requests: [{ conversation_id: 'c1' }] };
  if (path === '/agents/dm/conversations') return { conversations: { items: [{ conversation_id: 'c2' }] } };
  return { success: true };
}
