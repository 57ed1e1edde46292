import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  authorizeMemberOf,
  createX509Source,
  mtlsServerOptions,
  protectServer,
} from '../../packages/spiffe/src/index.ts';
import type { Order } from './messages.ts';

/** A server that hears only members of its trust domain, by mutual TLS. Its argument: the Workload API's socket. */
const refused: Record<string, number> = {};
let accepted = 0;

const source = await createX509Source({ socketPath: process.argv[2] ?? '', timeoutMs: 60_000 });
const { trustDomain } = source.svid().spiffeId;
const server = createServer({ ...mtlsServerOptions, keepAlive: false }, (_, response) => {
  accepted += 1;
  response.end('ok');
});
protectServer(server, {
  source,
  authorize: authorizeMemberOf(trustDomain),
  onRefused: (error) => count(error),
});
// Where OpenSSL itself knows no authority for the certificate, no peer is ever announced.
server.on('tlsClientError', (error) => count(error));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ url: `https://127.0.0.1:${port}/` });
});
process.on('message', ({ order }: Order) => {
  if (order === 'mark') {
    accepted = 0;
    for (const code of Object.keys(refused)) delete refused[code];
  }
  process.send?.({ accepted, refused });
});
process.on('disconnect', () => process.exit());

function count(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  refused[code] = (refused[code] ?? 0) + 1;
}
