import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { certificatesToPem } from '@blastradius/spiffe';
import { type InTestIssuer, TRUST_DOMAIN } from './in-test-issuer.ts';

export const UPSTREAM_ID = `spiffe://${TRUST_DOMAIN}/network`;

export interface SvidUpstream {
  readonly origin: string;
  connections(): number;
  /** By the serial numbers of the callers' certificates. */
  readonly seenSerials: Set<string>;
  close(): Promise<void>;
}

/** A server with an SVID that lets in whoever shows one of the trust domain. */
export async function startSvidUpstream(
  issuer: InTestIssuer,
  listener: RequestListener = whoAreYou,
  spiffeId: string = UPSTREAM_ID,
): Promise<SvidUpstream> {
  const tls = {
    ...(await issuer.identityOf(spiffeId)),
    ca: certificatesToPem(issuer.authorities),
    minVersion: 'TLSv1.3' as const,
    requestCert: true,
    rejectUnauthorized: true,
  };
  let connections = 0;
  const seenSerials = new Set<string>();
  const server = createServer({ ...tls, keepAliveTimeout: 72_000 }, listener);
  server.on('secureConnection', (socket) => {
    connections += 1;
    seenSerials.add(socket.getPeerCertificate().serialNumber);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `https://127.0.0.1:${port}`,
    connections: () => connections,
    seenSerials,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** Answers with the caller's identity, the headers and the body. */
export const whoAreYou: RequestListener = async (request, response) => {
  const { socket } = request;
  const names = socket instanceof TLSSocket ? socket.getPeerCertificate().subjectaltname : undefined;
  let body = '';
  for await (const chunk of request) body += chunk;
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({ names, path: request.url, method: request.method, headers: request.headers, body }),
  );
};
