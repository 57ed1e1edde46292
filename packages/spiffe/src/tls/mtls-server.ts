import { constants, X509Certificate } from 'node:crypto';
import type { Server, TLSSocket, TlsOptions } from 'node:tls';
import { type MtlsOptions, secureContextOptions } from './mtls-options.ts';
import { keepPeerChains, peerChain } from './peer-chain.ts';
import { verifyTlsPeer } from './verify-tls-peer.ts';

export interface MtlsServerOptions extends MtlsOptions {
  /** Hears of each peer that was refused after its handshake, and why. */
  readonly onRefused?: (error: unknown, socket: TLSSocket) => void;
  /** Hears that new material could not be taken into use; the last good one goes on. */
  readonly onError?: (error: unknown) => void;
}

/**
 * What a server that `protectServer` guards is made with. There is no certificate in it: one that is not
 * protected speaks with nobody.
 */
export const mtlsServerOptions: Readonly<TlsOptions> = Object.freeze({
  requestCert: true,
  rejectUnauthorized: true,
  minVersion: 'TLSv1.3',
  // A resumed session would carry what an earlier handshake has verified: each connection proves anew.
  secureOptions: constants.SSL_OP_NO_TICKET,
});

/**
 * Lets a server (`tls`, `https` or `http2`) show the newest SVID, and hear only from peers whose SVID verifies
 * against the newest bundles and whom the authorizer wants. A connection stays while the authority that stands
 * behind its peer stays in the bundle, however long its SVID has ended: where that was revoked, it ends with the
 * update. Returns what stops following the source; the guard remains. Throws `x509-source.svid-not-held`.
 */
export function protectServer(server: Server, options: MtlsServerOptions): () => void {
  server.setSecureContext(contextOf(options));
  keepPeerChains(server);
  const standing = new Set<TLSSocket>();
  guard(server, (socket) => {
    if (!isWanted(socket, options)) return false;
    standing.add(socket);
    socket.once('close', () => standing.delete(socket));
    return true;
  });
  return options.source.onUpdate(() => {
    renew(server, options);
    endRevoked(standing, options);
  });
}

/** OpenSSL has done its part when a connection is announced; nobody else hears of it before we have done ours. */
function guard(server: Server, admits: (socket: TLSSocket) => boolean): void {
  const emit = server.emit.bind(server) as (event: string | symbol, ...args: unknown[]) => boolean;
  const guarded = (event: string | symbol, ...args: unknown[]) => {
    const [socket] = args;
    if (event === 'secureConnection' && !admits(socket as TLSSocket)) return true;
    return emit(event, ...args);
  };
  Object.defineProperty(server, 'emit', { value: guarded, configurable: true, writable: true });
}

function isWanted(socket: TLSSocket, options: MtlsServerOptions): boolean {
  try {
    verifyTlsPeer(socket, options);
    return true;
  } catch (error) {
    socket.destroy();
    options.onRefused?.(error, socket);
    return false;
  }
}

/** A source that has nothing says nothing of anybody. */
function endRevoked(standing: Iterable<TLSSocket>, options: MtlsServerOptions): void {
  if (options.source.bundles().bundles.length === 0) return;
  const { now = () => new Date() } = options;
  for (const socket of standing) {
    const [leaf] = peerChain(socket);
    if (leaf === undefined) continue;
    const { validFromDate, validToDate } = new X509Certificate(leaf);
    // Once it has ended it is judged as of its beginning: the question is who stands behind it.
    isWanted(socket, { ...options, now: () => (now() <= validToDate ? now() : validFromDate) });
  }
}

function renew(server: Server, options: MtlsServerOptions): void {
  try {
    server.setSecureContext(contextOf(options));
  } catch (error) {
    if (isWithoutIdentity(options)) server.setSecureContext({ ca: [], minVersion: 'TLSv1.3' });
    options.onError?.(error);
  }
}

function contextOf(options: MtlsServerOptions): TlsOptions {
  return { ...secureContextOptions(options), secureOptions: constants.SSL_OP_NO_TICKET };
}

/** Withdrawn, as opposed to broken: an identity that was taken away is not shown any more. */
function isWithoutIdentity({ source, spiffeId }: MtlsServerOptions): boolean {
  try {
    source.svid(spiffeId);
    return false;
  } catch {
    return true;
  }
}
