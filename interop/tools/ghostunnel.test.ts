import { once } from 'node:events';
import { createServer } from 'node:http';
import { type Agent, type RequestOptions, request } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  authorizeId,
  createX509Source,
  MtlsAgent,
  parseSpiffeId,
  type X509Source,
} from '../../packages/spiffe/src/index.ts';
import { freePort } from '../../packages/testkit/src/index.ts';
import { untilAnswers } from '../../packages/testkit/src/loopback-port.ts';
import { startClient } from '../client-program.ts';
import { goTool } from '../go-tools.ts';
import { type RunningTrustDomain, startTrustDomain } from '../trust-domain.ts';

const file = await goTool({
  module: 'github.com/ghostunnel/ghostunnel',
  version: 'v1.11.0',
  package: '.',
  tags: ['nopkcs11'],
  // A way out through an HTTP proxy, whose module not every proxy serves; nothing of SPIFFE is in it.
  without: { file: 'main.go', word: 'connectproxy' },
});
const IDENTITY = { hint: 'peer', path: '/peer' };

describe.skipIf(file === undefined)('ghostunnel', () => {
  let domain: RunningTrustDomain;
  let peer: string;
  beforeAll(async () => {
    domain = await startTrustDomain();
    peer = `spiffe://${domain.name}${IDENTITY.path}`;
    await domain.grant([IDENTITY]);
  });
  afterAll(() => domain?.stop());

  it('serves TLS with our SVID to a TypeScript client, and with its successor after a rotation', async () => {
    const port = await startGhostunnel(peer);
    const { source, agent } = await openAgent(peer);
    const first = await call(port, agent);
    expect(first.body).toBe('behind the tunnel');
    const { serial } = source.svid();
    await expect.poll(() => source.svid().serial, { timeout: 30_000 }).not.toBe(serial);
    await expect
      .poll(async () => (await call(port, agent)).serial, { interval: 500, timeout: 30_000 })
      .not.toBe(first.serial);
  });

  it('refuses a client whose SPIFFE ID it was not told to let in', async () => {
    const port = await startGhostunnel(`${peer}/other`);
    const { agent } = await openAgent(peer);
    await expect(call(port, agent)).rejects.toThrow();
  });

  it('is refused by a client that wants another SPIFFE ID', async () => {
    const port = await startGhostunnel(peer);
    const { agent } = await openAgent(`${peer}/other`);
    await expect(call(port, agent)).rejects.toMatchObject({ code: 'tls.peer-not-authorized' });
  });

  async function startGhostunnel(allowed: string): Promise<number> {
    const behind = createServer((_, response) => response.end('behind the tunnel')).listen(0, '127.0.0.1');
    await once(behind, 'listening');
    onTestFinished(() => {
      behind.closeAllConnections();
      behind.close();
    });
    const port = await freePort();
    const target = `127.0.0.1:${(behind.address() as AddressInfo).port}`;
    const args = ['server', '--listen', `127.0.0.1:${port}`, '--target', target, '--allow-uri', allowed];
    const tunnel = startClient(
      { file: file ?? '', args: [...args, '--use-workload-api'] },
      [],
      domain.endpoint,
    );
    onTestFinished(() => tunnel.stop());
    await untilAnswers(() => opens(port));
    return port;
  }

  async function openAgent(wanted: string): Promise<{ source: X509Source; agent: Agent }> {
    const source = await createX509Source({ socketPath: domain.socketPath });
    const agent = new MtlsAgent(
      { source, authorize: authorizeId(parseSpiffeId(wanted)) },
      { keepAlive: false },
    );
    onTestFinished(() => {
      agent.destroy();
      source.close();
    });
    return { source, agent };
  }
});

async function opens(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}

async function call(port: number, agent: Agent): Promise<{ body: string; serial: string }> {
  const options: RequestOptions = { host: '127.0.0.1', port, agent };
  const sent = request(options).end();
  const [answer] = await once(sent, 'response');
  const serial = (answer.socket as TLSSocket).getPeerCertificate().serialNumber;
  let body = '';
  for await (const chunk of answer) body += chunk;
  return { body, serial };
}
