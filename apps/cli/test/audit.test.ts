import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditKeyId } from '@blastradius/audit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type LargeLog, writeLargeLog } from './large-log.ts';

const command = join(import.meta.dirname, '../bin/blastradius.mjs');
/** Checkpoints of such a log stand at every 100,000 records. */
const records = 100_000;
let folder: string;
let log: LargeLog;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-command-'));
  log = writeLargeLog(join(folder, 'issuer.jsonl'), records);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function audit(...args: string[]) {
  const child = spawn(process.execPath, [command, 'audit', ...args]);
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (texts.stdout += chunk));
  child.stderr.on('data', (chunk) => (texts.stderr += chunk));
  const [status] = await once(child, 'close');
  return { status, ...texts };
}

/** A log that is not ours, with everything else as it was. */
function copyOf(change: (text: string) => string): string {
  const file = join(folder, 'copy.jsonl');
  writeFileSync(file, change(readFileSync(log.file, 'utf8')));
  return file;
}

/** An issuer's socket that knows the key and the checkpoints. */
async function fakeIssuer() {
  const der = readFileSync(log.keyFile, 'utf8').split('\n').slice(1, -2).join('');
  const pem = readFileSync(log.keyFile, 'utf8');
  const keys = [{ keyId: auditKeyId(der), publicKey: der, pem, createdAtMs: 0 }];
  const checkpoints = readFileSync(`${log.file}.checkpoints`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const server = createServer(({ url }, response) => {
    response.end(JSON.stringify(url === '/admin/audit/keys' ? { keys } : { checkpoints }));
  });
  const socket = join(folder, 'admin.sock');
  await once(server.listen(socket), 'listening');
  onTestFinished(() => void server.close());
  return socket;
}

describe('blastradius audit verify', () => {
  test('says that a log is intact, how long it took, and what it can’t see without a key', async () => {
    const { status, stdout } = await audit('verify', log.file);
    expect(stdout).toMatch(/intact, 100000 records \(\d+\.\d\d s, \d+ records\/s\)/);
    expect(stdout).toContain('no key was given');
    expect(status).toBe(0);
  });

  test('says up to where a signed checkpoint vouches for it', async () => {
    const { status, stdout } = await audit('verify', '--key', log.keyFile, log.file);
    expect(stdout).toContain('a signed checkpoint vouches for all of them');
    expect(status).toBe(0);
  });

  test('names the first record that was touched, and ends with status 1', async () => {
    const file = copyOf((text) => text.replace('event-0000042', 'event-0000043'));
    const { status, stdout } = await audit('verify', file);
    expect(stdout).toContain('changed: record 42 is not what was written');
    expect(stdout).toContain(`line 42, byte ${41 * log.lineBytes}`);
    expect(status).toBe(1);
  });

  test('finds an older copy by the checkpoints that the issuer’s database has', async () => {
    const adminSocket = await fakeIssuer();
    const file = copyOf((text) => text.slice(0, log.lineBytes * 10));
    expect((await audit('verify', file)).status).toBe(0);
    const { status, stdout } = await audit('verify', '--admin-socket', adminSocket, file);
    expect(stdout).toContain('truncated: record 11 is missing, and all after it');
    expect(status).toBe(1);
  });

  test('does not take the word of a key that came with the checkpoints, nor of another key', async () => {
    const checkpoints = `${log.file}.checkpoints`;
    const without = await audit('verify', '--checkpoints', checkpoints, log.file);
    expect(without).toMatchObject({ status: 2, stdout: '' });
    expect(without.stderr).toContain('--checkpoints needs --key or --admin-socket');
    const other = writeLargeLog(join(folder, 'other.jsonl'), 5000);
    const forged = await audit('verify', '--checkpoints', checkpoints, '--key', other.keyFile, log.file);
    expect(forged.stdout).toContain('checkpoint-forged');
    expect(forged.status).toBe(1);
  });

  test('takes no log for proved that no checkpoint speaks of', async () => {
    const none = join(folder, 'none');
    writeFileSync(none, '');
    const verified = await audit('verify', '--checkpoints', none, '--key', log.keyFile, log.file);
    expect(verified.stdout).toContain('unvouched: record 1');
    expect(verified.status).toBe(1);
  });

  test.each([
    ['a log that is not there', ['/nowhere/issuer.jsonl']],
    ['a key that is none', ['--key', command, command]],
  ])('ends with status 2 for %s', async (_, args) => {
    const { status, stderr } = await audit('verify', ...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^blastradius: /);
  });
});

describe('blastradius audit', () => {
  test('shows the records that are asked for', async () => {
    const file = copyOf((text) => text.slice(0, log.lineBytes * 3));
    const show = async (...args: string[]) =>
      (await audit('show', ...args, file)).stdout.split('\n').slice(0, -1);
    expect(await show()).toHaveLength(3);
    expect(await show('--spiffe-id', 'spiffe://moltbook.test/agent/agent-0000002')).toEqual([
      expect.stringContaining('svid-issued  x509  spiffe://moltbook.test/agent/agent-0000002'),
    ]);
    expect(await show('--since', '2027-01-01')).toEqual([]);
    expect(await show('--event', 'svid-refused')).toEqual([]);
  });

  test('prints the keys in a form that verify takes', async () => {
    const { stdout } = await audit('keys', '--admin-socket', await fakeIssuer());
    const file = join(folder, 'printed.pem');
    writeFileSync(file, stdout);
    expect((await audit('verify', '--key', file, log.file)).status).toBe(0);
  });
});
