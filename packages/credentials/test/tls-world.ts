import type { KeyObject } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import {
  type Authority,
  createAuthority,
  createServerCertificate,
  generateP256KeyPair,
  mintX509Svid,
} from '@blastradius/pki';
import { certificatesToPem } from '@blastradius/spiffe';
import { onTestFinished } from 'vitest';

export const hourMs = 3_600_000;

export interface Minted {
  readonly certificates: readonly Uint8Array[];
  readonly privateKey: KeyObject;
}

export function authorityOf(trustDomain = 'moltbook.test'): Promise<Authority> {
  const [notBefore, notAfter] = [new Date(Date.now() - hourMs), new Date(Date.now() + hourMs)];
  return createAuthority({ trustDomain, notBefore, notAfter });
}

export async function svidOf(authority: Authority, spiffeId: string): Promise<Minted> {
  const { publicKey, privateKey } = await generateP256KeyPair();
  const { certificate } = mintX509Svid({
    authority,
    spiffeId,
    publicKeySpki: publicKey.export({ type: 'spki', format: 'der' }),
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + hourMs / 2),
  });
  return { certificates: [certificate], privateKey };
}

export interface Listening {
  readonly url: string;
  readonly certificatePem: string;
  readonly connections: () => number;
}

/** A web server with a certificate of its own. */
export async function startWebServer(listener: RequestListener, tls: TlsOptions = {}): Promise<Listening> {
  const { certificatePem, privateKeyPem } = await createServerCertificate();
  return listen({ cert: certificatePem, key: privateKeyPem, ...tls }, listener, certificatePem);
}

/** A server with an X509-SVID that asks its callers for theirs. */
export function startSvidServer(
  { authority, svid }: { readonly authority: Authority; readonly svid: Minted },
  listener: RequestListener,
): Promise<Listening> {
  const cert = certificatesToPem(svid.certificates);
  const tls = {
    cert,
    key: svid.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ca: certificatesToPem([authority.certificate]),
    requestCert: true,
    rejectUnauthorized: true,
  };
  return listen(tls, listener, cert);
}

async function listen(
  tls: TlsOptions,
  listener: RequestListener,
  certificatePem: string,
): Promise<Listening> {
  const server = createServer(tls, listener);
  let connections = 0;
  server.on('secureConnection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}`, certificatePem, connections: () => connections };
}
