import { createServer } from 'node:http';

export interface HealthOptions {
  /** `127.0.0.1`, or `0.0.0.0` where an orchestrator's probes come over the network. */
  readonly address: string;
  readonly port: number;
  /** Whether this process can do its work now, dependencies included; a rejection means no. */
  readonly isReady: () => Promise<boolean> | boolean;
}

export interface HealthServer {
  readonly port: number;
  close(): void;
}

/**
 * Plain HTTP for probes alone: `/healthz` says that the process is alive, `/readyz` that it can serve.
 * It tells nothing else, and starts before the process is ready, so that a probe hears "not yet".
 */
export async function serveHealth({ address, port, isReady }: HealthOptions): Promise<HealthServer> {
  const server = createServer(async (request, response) => {
    const status = await statusOf(request.url, isReady);
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ status: status === 200 ? 'ok' : 'unavailable' }));
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(port, address, () => listening.resolve());
  await listening.promise;
  const bound = server.address();
  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function statusOf(url: string | undefined, isReady: HealthOptions['isReady']): Promise<number> {
  if (url === '/healthz') return 200;
  if (url !== '/readyz') return 404;
  try {
    return (await isReady()) ? 200 : 503;
  } catch {
    return 503;
  }
}
