import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
import { type ServerTrust, serverChecks, trustedAuthorities } from './server-trust.ts';

/** Idle connections end well before any server would end them: a request never meets a closing one. */
const IDLE_MS = 1000;
const CONNECT_TIMEOUT_MS = 5000;
const RESPONSE_BYTES_MAX = 8 * 1024 * 1024;

/**
 * One agent is one client with one connection: its requests follow each other there. More would make
 * a slow network slower, each with a handshake of its own.
 */
export const ONE_AGENT = 1;

/** Connections that show one credential, TLS 1.3 only, made when the first request needs one. */
export function openTlsConnections({
  trust,
  connectionsMax,
  ownCertificate = {},
}: {
  readonly trust: ServerTrust;
  readonly connectionsMax: number;
  readonly ownCertificate?: Pick<SecureContextOptions, 'cert' | 'key'>;
}): Dispatcher {
  const secureContext = createSecureContext({
    ...ownCertificate,
    ...trustedAuthorities(trust),
    minVersion: 'TLSv1.3',
  });
  return new Agent({
    allowH2: false,
    connections: connectionsMax,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    maxResponseSize: RESPONSE_BYTES_MAX,
    // A resumed TLS session would show the certificate of the session's beginning, not today's.
    maxCachedSessions: 0,
    connect: { ...serverChecks(trust), secureContext, minVersion: 'TLSv1.3', timeout: CONNECT_TIMEOUT_MS },
  });
}
