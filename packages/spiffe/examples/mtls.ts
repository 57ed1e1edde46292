import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  authorizeMemberOf,
  createMtlsFetch,
  createX509Source,
  mtlsServerOptions,
  protectServer,
  verifyTlsPeer,
} from '@blastradius/spiffe';

// Who am I? The Workload API at SPIFFE_ENDPOINT_SOCKET says it, and says it again at each rotation.
await using source = await createX509Source();
const { spiffeId } = source.svid();
const mtls = { source, authorize: authorizeMemberOf(spiffeId.trustDomain) };

// A server that shows the newest SVID, and hears only from members of its trust domain.
const server = createServer(mtlsServerOptions, (request, response) => {
  const peer = verifyTlsPeer(request.socket as TLSSocket, mtls);
  response.end(`hello ${peer.spiffeId}\n`);
});
protectServer(server, mtls);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

// A client that shows the newest SVID, and knows the server by its SPIFFE ID instead of its host name.
const mtlsFetch = createMtlsFetch(mtls);
const response = await mtlsFetch(`https://127.0.0.1:${port}/`);
process.stdout.write(await response.text());

await mtlsFetch.close();
server.close();
