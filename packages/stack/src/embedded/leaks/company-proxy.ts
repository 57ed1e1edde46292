import { createServer, type IncomingMessage } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import type { Duplex } from 'node:stream';
import { createServerCertificate } from '@blastradius/pki';

/**
 * The forward proxy that some agents reach the network through (`CONNECT`, RFC 9110, section 9.3.6). It
 * looks into nothing, and leads to where it was told: to the network, or, once somebody has changed that,
 * to the thief.
 */
export interface CompanyProxy {
  readonly url: string;
  /** Where the thief will listen, and the certificate it has got hold of: the company's inspecting proxy's own. */
  readonly interception: {
    readonly listenPort: number;
    readonly certificatePem: string;
    readonly privateKeyPem: string;
  };
  divert(): void;
  repair(): void;
  stop(): Promise<void>;
}

export async function startCompanyProxy(): Promise<CompanyProxy> {
  const { certificatePem, privateKeyPem } = await createServerCertificate({
    // A subject of its own: among trusted certificates of one name, OpenSSL only looks at the first.
    dnsNames: ['inspection.company.test', 'localhost'],
  });
  const listenPort = await freePort();
  const tunnels = new Set<Duplex>();
  let divertedTo: number | null = null;
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', ({ url }: IncomingMessage, client: Duplex, head: Buffer) => {
    const target = new URL(`http://${url ?? ''}`);
    const upstream = connect({ host: '127.0.0.1', port: divertedTo ?? Number(target.port) }, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      if (head.length > 0) upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    follow(upstream, client, tunnels);
  });
  const port = await listen(server);
  const lead = (to: number | null) => {
    divertedTo = to;
    // What stands leads to where it led; the next request makes a connection of its own.
    for (const tunnel of tunnels) tunnel.destroy();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    interception: { listenPort, certificatePem, privateKeyPem },
    divert: () => lead(listenPort),
    repair: () => lead(null),
    stop: async () => {
      lead(null);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One end goes with the other. */
function follow(upstream: Socket, client: Duplex, tunnels: Set<Duplex>): void {
  tunnels.add(client);
  client.on('error', () => upstream.destroy());
  client.on('close', () => {
    tunnels.delete(client);
    upstream.destroy();
  });
  upstream.on('error', () => client.destroy());
  upstream.on('close', () => client.destroy());
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
