import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createServerCertificate } from '@blastradius/pki';
import { expect, onTestFinished, test } from 'vitest';
import { startFakeNetwork } from './fake-network.ts';

const root = resolve(import.meta.dirname, '../../..');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** The fleet as a container has it: no starter, a control socket, a certificate in a file. */
async function startAlone(changes: NodeJS.ProcessEnv = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { certificatePem, privateKeyPem } = await createServerCertificate();
  const network = await startFakeNetwork({ cert: certificatePem, key: privateKeyPem });
  const certificateFile = join(folder, 'network.pem');
  writeFileSync(certificateFile, certificatePem);
  const healthPort = await freePort();
  const child = spawn(
    process.execPath,
    ['--conditions=@blastradius/source', join(root, 'apps/fleet/src/main.ts')],
    {
      stdio: 'ignore',
      env: {
        ARM: 'static-key',
        NETWORK_URL: network.url,
        NETWORK_CERTIFICATE_PEM_FILE: certificateFile,
        CREDENTIALS_FILE: join(folder, 'credentials.json'),
        SCENARIO_FILE: join(root, 'scenarios/moltbook-key-leak/scenario.yaml'),
        SEED: 'seed',
        AGENTS: '7',
        PROCESSES: '3',
        HOSTED: 'all',
        HOSTING: 'multiplexed',
        LEDGER_FILE: join(folder, 'ledger/agents.jsonl'),
        CONTROL_SOCKET: join(folder, 'control.sock'),
        HEALTH_PORT: String(healthPort),
        FLEET_START: 'at-once',
        TIME_SCALE: '3000',
        ...changes,
      },
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const isReady = () =>
    fetch(`http://127.0.0.1:${healthPort}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  return { child, network, certificateFile, isReady };
}

const long = { timeout: 30_000 };

test('without anyone to command it, a fleet enrols, is ready, lives, and stops in order', async () => {
  const { child, network, isReady } = await startAlone();
  await expect.poll(isReady, long).toBe(true);
  expect(network.seen.filter(({ path }) => path === '/agents/register')).toHaveLength(7);
  await expect.poll(() => network.seen.some(({ path }) => path === '/feed'), long).toBe(true);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a fleet that waits for commands is ready before any agent is enrolled', async () => {
  const { network, isReady } = await startAlone({ FLEET_START: 'commanded' });
  await expect.poll(isReady, long).toBe(true);
  expect(network.seen).toEqual([]);
});

test('a fleet that could not enrol ends, so that its supervisor may try again', async () => {
  const other = await createServerCertificate();
  const { child, certificateFile } = await startAlone();
  writeFileSync(`${certificateFile}.new`, other.certificatePem);
  renameSync(`${certificateFile}.new`, certificateFile);
  expect(await once(child, 'exit')).toEqual([1, null]);
}, 60_000);
