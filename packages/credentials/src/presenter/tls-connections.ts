import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { type ServerTrust, serverChecks, trustedAuthorities } from './server-trust.ts';

/** Idle connections end well before any server would end them: a request never meets a closing one. */
const IDLE_MS = 1000;
const CONNECT_TIMEOUT_MS = 5000;

/** What one caller takes of a server, and takes from it. */
export interface ConnectionLimits {
  readonly connectionsMax: number;
  /** How long an idle connection is kept at most where the server says that it keeps it, too. */
  readonly idleMsMax: number;
  /** -1 for no limit. */
  readonly responseBytesMax: number;
}

/**
 * One agent is one client with one connection: its requests follow each other there. More would make
 * a slow network slower, each with a handshake of its own.
 */
export const ONE_AGENT: ConnectionLimits = {
  connectionsMax: 1,
  idleMsMax: IDLE_MS,
  responseBytesMax: 8 * 1024 * 1024,
};

/** Connections that show one credential, TLS 1.3 only, made when the first request needs one. */
export function openTlsConnections({
  trust,
  limits,
  ownCertificate = {},
}: {
  readonly trust: ServerTrust;
  readonly limits: ConnectionLimits;
  readonly ownCertificate?: Pick<SecureContextOptions, 'cert' | 'key'>;
}): Dispatcher {
  const secureContext = createSecureContext({
    ...ownCertificate,
    ...trustedAuthorities(trust),
    minVersion: 'TLSv1.3',
  });
  const connect = {
    ...serverChecks(trust),
    secureContext,
    minVersion: 'TLSv1.3',
    timeout: CONNECT_TIMEOUT_MS,
  } as const;
  const options = {
    allowH2: false,
    connections: limits.connectionsMax,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: limits.idleMsMax,
    maxResponseSize: limits.responseBytesMax,
    // A resumed TLS session would show the certificate of the session's beginning, not today's.
    maxCachedSessions: 0,
  };
  return trust.proxyUrl === undefined
    ? new Agent({ ...options, connect })
    : new ProxyAgent({ ...options, uri: trust.proxyUrl, requestTls: connect });
}
