import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AppProcess,
  freePort,
  type Postgres,
  startAppProcess,
  startPostgres,
} from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const command = join(import.meta.dirname, '../bin/blastradius.mjs');
const folder = mkdtempSync(join(tmpdir(), 'federation-command-'));

let postgres: Postgres;
const issuers: AppProcess[] = [];
let here: Issuer;
let there: Issuer;

interface Issuer {
  readonly trustDomain: string;
  readonly adminSocket: string;
  readonly bundleEndpoint: string;
}

beforeAll(async () => {
  postgres = await startPostgres();
  here = await startIssuer('here');
  there = await startIssuer('there');
});
afterAll(async () => {
  await Promise.all(issuers.map((issuer) => issuer.stop()));
  await postgres?.stop();
  rmSync(folder, { recursive: true });
});

async function startIssuer(name: string): Promise<Issuer> {
  const port = await freePort();
  const trustDomain = `${name}.test`;
  const adminSocket = join(folder, `${name}.sock`);
  const issuer = await startAppProcess(join(import.meta.dirname, '../../issuer/dist/main.js'), {
    TRUST_DOMAIN: trustDomain,
    DATABASE_URL: await postgres.createDatabase(`federation_${name}_${process.pid}`),
    KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_SOCKET: adminSocket,
    X509_SVID_TTL_SECONDS: '60',
    AUTHORITY_TTL_SECONDS: '3600',
    AUTHORITY_ROTATION_SECONDS: '600',
    AUTHORITY_ACTIVATION_DELAY_SECONDS: '1',
    BUNDLE_REFRESH_HINT_SECONDS: '7',
    LEDGER_FILE: join(folder, `${name}.jsonl`),
    BUNDLE_ENDPOINT_PORT: String(port),
  });
  issuers.push(issuer);
  return { trustDomain, adminSocket, bundleEndpoint: `https://127.0.0.1:${port}/` };
}

async function federation({ adminSocket }: Issuer, ...args: string[]) {
  const child = spawn(process.execPath, [command, 'federation', ...args, '--admin-socket', adminSocket]);
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (texts.stdout += chunk));
  child.stderr.on('data', (chunk) => (texts.stderr += chunk));
  const [status] = await once(child, 'close');
  return { status, ...texts };
}

/** As the operator of `there` hands it over. */
async function bundleFile(): Promise<string> {
  const file = join(folder, 'there.json');
  writeFileSync(file, (await federation(there, 'bundle')).stdout);
  return file;
}

const endpoint = (path: string) => [
  '--url',
  there.bundleEndpoint,
  '--endpoint-spiffe-id',
  `spiffe://${there.trustDomain}${path}`,
];

describe('blastradius federation', () => {
  test('federates with a trust domain, shows it, and stops', async () => {
    expect((await federation(here, 'list')).stdout).toContain('nobody');
    const added = await federation(
      here,
      'add',
      'there.test',
      ...endpoint('/issuer'),
      '--bundle',
      await bundleFile(),
    );
    expect(added).toMatchObject({ status: 0, stderr: '' });
    expect(added.stdout).toContain('authorities: 1 x509, 1 jwt, 1 wit');
    expect(added.stdout).toContain('to be fetched every 7 s');
    expect((await federation(here, 'list')).stdout).toContain(
      `there.test\n  endpoint  ${there.bundleEndpoint}`,
    );
    const ours = (await federation(there, 'bundle')).stdout;
    expect((await federation(here, 'bundle', 'there.test')).stdout).toBe(ours);
    expect(await federation(here, 'refresh', 'there.test')).toMatchObject({ status: 0 });
    expect(await federation(here, 'remove', 'there.test')).toMatchObject({ status: 0 });
    expect((await federation(here, 'list')).stdout).toContain('nobody');
    expect(await federation(here, 'bundle', 'there.test')).toMatchObject({ status: 2 });
  });

  test('says at once that the endpoint is not whom it should be, and keeps trying', async () => {
    const bundle = ['--bundle', await bundleFile()];
    const added = await federation(here, 'add', 'there.test', ...endpoint('/impostor'), ...bundle);
    expect(added).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/federation.endpoint-untrusted/),
    });
    expect((await federation(here, 'list')).stdout).toContain('failing');
    await federation(here, 'remove', 'there.test');
  });

  test('says what is wrong with an order', async () => {
    const refused = async (...args: string[]) => {
      const { status, stderr } = await federation(here, ...args);
      expect(status).toBe(2);
      return stderr;
    };
    expect(await refused('add', 'there.test', ...endpoint('/issuer'))).toMatch(/give the bundle along/);
    expect(await refused('add', 'there.test', '--url', 'http://there.test/')).toMatch(/https/);
    expect(await refused('add', 'there.test', '--url', 'x', '--bundle', '/nowhere')).toMatch(/can't be read/);
    expect(await refused('remove', 'there.test')).toMatch(/no federation with there.test/);
    expect(await refused('refresh', 'there.test')).toMatch(/no federation with there.test/);
  });
});
