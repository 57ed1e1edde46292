import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServerCertificate } from '../src/index.ts';

const run = promisify(execFile);

function fetchStatus(url: string, ca?: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { ...(ca === undefined ? {} : { ca }), agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on('error', reject);
  });
}

describe('a server certificate of our own', () => {
  let server: Server;
  let port: number;
  let certificatePem: string;
  let folder: string;

  beforeAll(async () => {
    const made = await createServerCertificate();
    certificatePem = made.certificatePem;
    const tls = { cert: made.certificatePem, key: made.privateKeyPem, minVersion: 'TLSv1.3' as const };
    server = createServer(tls, (_, answer) => answer.writeHead(204).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
    folder = mkdtempSync(join(tmpdir(), 'server-certificate-'));
    writeFileSync(join(folder, 'ca.pem'), certificatePem);
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is its own trust anchor, by address and by name', async () => {
    expect(await fetchStatus(`https://127.0.0.1:${port}/`, certificatePem)).toBe(204);
    expect(await fetchStatus(`https://localhost:${port}/`, certificatePem)).toBe(204);
  });

  it('is trusted by nobody who was not told to', async () => {
    await expect(fetchStatus(`https://127.0.0.1:${port}/`)).rejects.toThrow();
  });

  it('is trusted by a process that has it in NODE_EXTRA_CA_CERTS', async () => {
    const script = `fetch('https://127.0.0.1:${port}/').then((answer) => process.stdout.write(String(answer.status)))`;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
    expect((await run(process.execPath, ['-e', script], { env })).stdout).toBe('204');
  });
});
