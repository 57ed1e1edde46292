import type { Server, TLSSocket } from 'node:tls';

/**
 * Lets each connection of the server know its client's whole chain. Node has it only until it asks for the
 * certificate itself, right before `secureConnection`: then the first intermediate is dropped (24.21 and from
 * 26.8; nodejs/node#65579), and a client below one could not be verified. The only event of a server that
 * names a connection before that is `keylog`; of the keys that it brings nothing is read.
 */
export function keepPeerChains(server: Server): void {
  const known = new WeakSet<TLSSocket>();
  server.on('keylog', (_secret, socket) => {
    if (known.has(socket)) return;
    known.add(socket);
    socket.prependOnceListener('secure', () => keepPeerChain(socket));
  });
}

function keepPeerChain(socket: TLSSocket): void {
  const chain = socket.getPeerCertificate(true);
  const ask = socket.getPeerCertificate.bind(socket) as (detailed?: boolean) => object;
  const value = (detailed?: boolean) => (detailed === true && !socket.destroyed ? chain : ask(detailed));
  Object.defineProperty(socket, 'getPeerCertificate', { value, configurable: true, writable: true });
}
