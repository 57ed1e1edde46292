import { constants } from 'node:crypto';
import type { Server, TLSSocket, TlsOptions } from 'node:tls';
import { type MtlsOptions, secureContextOptions } from './mtls-options.ts';
import { keepPeerChains } from './peer-chain.ts';
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
 * against the newest bundles and whom the authorizer wants. Connections that stand already stay. Returns what
 * stops following the source; the guard remains. Throws `x509-source.svid-not-held`.
 */
export function protectServer(server: Server, options: MtlsServerOptions): () => void {
  server.setSecureContext(contextOf(options));
  keepPeerChains(server);
  guard(server, options);
  return options.source.onUpdate(() => renew(server, options));
}

/** OpenSSL has done its part when a connection is announced; nobody else hears of it before we have done ours. */
function guard(server: Server, options: MtlsServerOptions): void {
  const emit = server.emit.bind(server) as (event: string | symbol, ...args: unknown[]) => boolean;
  const guarded = (event: string | symbol, ...args: unknown[]) => {
    const [socket] = args;
    if (event === 'secureConnection' && !isWanted(socket as TLSSocket, options)) return true;
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
