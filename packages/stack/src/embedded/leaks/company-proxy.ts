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
  const tunnels = new Set<Tunnel>();
  let divertedTo: number | null = null;
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', ({ url }: IncomingMessage, client: Duplex, head: Buffer) => {
    const target = new URL(`http://${url ?? ''}`);
    const upstream = connect({ host: '127.0.0.1', port: divertedTo ?? Number(target.port) }, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      if (head.length > 0) upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    join(upstream, client, tunnels);
  });
  const port = await listen(server);
  const lead = (to: number | null) => {
    divertedTo = to;
    // What stands leads to where it led: it ends with the answer that is under way, as where a proxy is drained.
    for (const tunnel of tunnels) tunnel.endWhenQuiet();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    interception: { listenPort, certificatePem, privateKeyPem },
    divert: () => lead(listenPort),
    repair: () => lead(null),
    stop: async () => {
      for (const tunnel of tunnels) tunnel.end();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Tunnel {
  end(): void;
  /** Once what was asked through it has been answered. */
  endWhenQuiet(): void;
}

/** After an answer's last bytes. */
const QUIET_MS = 25;

/** One end goes with the other. Whose bytes came last says whether there is an answer to wait for. */
function join(upstream: Socket, client: Duplex, tunnels: Set<Tunnel>): void {
  let isAsking = true;
  let isEnding = false;
  let quiet: NodeJS.Timeout | undefined;
  const end = () => {
    clearTimeout(quiet);
    client.destroy();
    upstream.destroy();
  };
  const endIfQuiet = () => {
    clearTimeout(quiet);
    if (isEnding && !isAsking) quiet = setTimeout(end, QUIET_MS);
  };
  const tunnel: Tunnel = {
    end,
    endWhenQuiet: () => {
      isEnding = true;
      endIfQuiet();
    },
  };
  tunnels.add(tunnel);
  client.on('data', () => {
    isAsking = true;
    endIfQuiet();
  });
  upstream.on('data', () => {
    isAsking = false;
    endIfQuiet();
  });
  client.on('error', end);
  client.on('close', () => {
    tunnels.delete(tunnel);
    end();
  });
  upstream.on('error', end);
  upstream.on('close', end);
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
