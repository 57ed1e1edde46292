import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { certificatesToPem } from '../../../packages/spiffe/src/index.ts';
import type { ShapedLeaf } from '../../../packages/spiffe/test/shaped-authority.ts';

export interface Visit {
  /** What the server wrote: whom it has accepted, or nothing. */
  readonly line: string;
  /** The certificates that it showed, DER, leaf first. */
  readonly shown: readonly Uint8Array[];
}

/** Calls on the X.509 port as this peer. Never rejects: who is refused sees it in the line. */
export async function visit(port: number, peer: ShapedLeaf): Promise<Visit> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...pemOf(peer) });
  let line = '';
  let shown: readonly Uint8Array[] = [];
  socket.on('secureConnect', () => {
    shown = shownBy(socket);
  });
  socket.on('data', (chunk) => {
    line += chunk.toString();
  });
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.on('close', () => resolve()));
  return { line, shown };
}

export interface ServingPeer extends AsyncDisposable {
  readonly address: string;
  /** The subject alternative names of the client that came, once its handshake is done. */
  readonly client: Promise<string | undefined>;
}

/** A server that shows this peer's certificate and asks for the client's. */
export async function serveAs(peer: ShapedLeaf): Promise<ServingPeer> {
  const { promise: client, resolve } = Promise.withResolvers<string | undefined>();
  const server = createServer({ ...pemOf(peer), requestCert: true, rejectUnauthorized: false }, (socket) => {
    socket.on('error', () => {});
    resolve(socket.getPeerX509Certificate()?.subjectAltName);
    socket.resume();
  });
  server.on('tlsClientError', () => resolve(undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { address, client, [Symbol.asyncDispose]: async () => void server.close() };
}

function pemOf({ chain, key }: ShapedLeaf) {
  const body = Buffer.from(key).toString('base64');
  return {
    cert: certificatesToPem(chain),
    key: `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`,
  };
}

function shownBy(socket: TLSSocket): readonly Uint8Array[] {
  const shown: Uint8Array[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && !shown.includes(next.raw)) {
    shown.push(next.raw);
    next = next.issuerCertificate;
  }
  return shown;
}
