import { spawn } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createServerCertificate } from '@blastradius/pki';
import { parseJwtSvidInsecure } from '@blastradius/spiffe';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InTestIssuer, JOIN_TOKEN, TRUST_DOMAIN } from './in-test-issuer.ts';

const AUDIENCE = 'https://partner.test';
const agentId = (name: string) => `spiffe://${TRUST_DOMAIN}/agent/${name}`;

let issuer: InTestIssuer;
let folder: string;
let closers: (() => unknown)[];

beforeEach(async () => {
  closers = [];
  folder = await mkdtemp(join(tmpdir(), 'delivery-'));
  issuer = await new InTestIssuer().start();
  closers.push(() => issuer.stop());
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

/** The sidecar as a process, configured by files as its operator does it. */
async function startProcess(settings: NodeJS.ProcessEnv): Promise<{ egressUrl?: string }> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@blastradius/source', main], {
    env: {
      ISSUER_URL: issuer.url,
      TRUST_DOMAIN,
      JOIN_TOKEN,
      BOOTSTRAP_BUNDLE: issuer.bootstrapBundle,
      WORKLOAD_API_SOCKET: join(folder, 'api.sock'),
      ...settings,
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  closers.push(async () => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
  });
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error('the sidecar ended without a word');
}

const settingsFile = async (name: string, content: object) => {
  await writeFile(join(folder, name), JSON.stringify(content));
  return join(folder, name);
};

describe('what a sidecar delivers to programs that know nothing of SPIFFE', () => {
  it('files, under a policy for this output and no other, kept fresh', async () => {
    issuer.svidTtlMs = 4000;
    issuer.entitled = (selectors) => (selectors.join() === 'file-output:nginx' ? [agentId('nginx')] : []);
    const [granted, refused] = [await mkdtemp(join(tmpdir(), 'out-')), await mkdtemp(join(tmpdir(), 'out-'))];
    const outputs = [
      { name: 'nginx', directory: granted, tokens: [{ file: 'partner.token', audience: [AUDIENCE] }] },
      { name: 'other', directory: refused },
    ];
    await startProcess({ FILE_OUTPUTS_FILE: await settingsFile('outputs.yaml', { outputs }) });
    const read = (name: string) => readFileSync(join(granted, name), 'utf8');
    await expect.poll(() => existsSync(join(granted, 'svid.pem')), { timeout: 20_000 }).toBe(true);
    const first = new X509Certificate(read('svid.pem'));
    expect(first.subjectAltName).toContain(agentId('nginx'));
    expect(first.checkPrivateKey(createPrivateKey(read('key.pem')))).toBe(true);
    expect(parseJwtSvidInsecure(read('partner.token'), [AUDIENCE]).spiffeId.toString()).toBe(
      agentId('nginx'),
    );
    expect(JSON.parse(read('jwt_bundle.json')).keys.length).toBeGreaterThan(0);
    await expect
      .poll(() => new X509Certificate(read('svid.pem')).serialNumber, { timeout: 20_000 })
      .not.toBe(first.serialNumber);
    expect(existsSync(join(refused, 'svid.pem'))).toBe(false);
  });

  it('a JWT-SVID of its own to an API that is no workload', async () => {
    issuer.entitled = () => [agentId('a')];
    const { certificatePem, privateKeyPem } = await createServerCertificate();
    const server = createServer({ cert: certificatePem, key: privateKeyPem }, ({ headers }, response) =>
      response.end(JSON.stringify(headers)),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, certificatePem);
    const route = {
      name: 'partner',
      pathPrefix: '/partner/',
      stripPrefix: true,
      upstream: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      server: { caFile },
      credential: { kind: 'jwt-svid', audience: [AUDIENCE] },
      callers: [`spiffe://${TRUST_DOMAIN}/agent/*`],
    };
    const { egressUrl } = await startProcess({
      EGRESS_PORT: '0',
      EGRESS_ROUTES_FILE: await settingsFile('routes.yaml', { routes: [route] }),
    });
    const { statusCode, body } = await request(`${egressUrl}/partner/v1`);
    const { authorization } = (await body.json()) as { authorization: string };
    expect(statusCode).toBe(200);
    const { spiffeId } = parseJwtSvidInsecure(authorization.replace('Bearer ', ''), [AUDIENCE]);
    expect(spiffeId.toString()).toBe(agentId('a'));
  });
});
