import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { verifyAuditLog } from '@blastradius/audit';
import { issuance, issuerAdministration } from '@blastradius/contracts';
import { readLedgers } from '@blastradius/ledger';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csrFor, identityOf, SidecarClient } from './sidecar-client.ts';
import { adminRequest, newEnvironment, removeEnvironment, trustDomain } from './test-issuer.ts';

const disk = '/tmp/blastradius-small-disk';
const spiffeId = `spiffe://${trustDomain}/agent/ada`;
const policy = { id: 'agents', selectors: ['x'], spiffeId: 'spiffe://{trustDomain}/agent/ada' };
/** A file system of its own, of 256 KiB, that only this process sees and that is gone with it. */
const mounted = `mkdir -p ${disk} && mount -t tmpfs -o size=256k none ${disk} && exec "$@"`;

const canMount = spawnSync('unshare', ['-m', 'sh', '-c', mounted, 'sh', 'true']).status === 0;
if (!canMount)
  process.stderr.write('a small disk needs root and unshare(1): the tests of a full one are skipped\n');

describe.skipIf(!canMount)('an issuer whose disk is full', () => {
  let postgres: Postgres;
  let environment: Record<string, string>;
  let issuer: Awaited<ReturnType<typeof startOnSmallDisk>>;
  let client: SidecarClient;
  let open: SidecarClient;
  beforeAll(async () => {
    postgres = await startPostgres();
    environment = await newEnvironment(postgres, { LEDGER_FILE: `${disk}/issuer.jsonl` });
    issuer = await startOnSmallDisk(environment);
    const socket = environment['ADMIN_SOCKET'] ?? '';
    await adminRequest(socket, 'PUT', '/admin/policies', { policies: [policy] });
    const token = await adminRequest(socket, 'POST', '/admin/join-tokens', { node: 'range', ttlSeconds: 60 });
    const { joinToken, bundle } = issuerAdministration.joinTokenMintAnswer.parse(token.body);
    const { csr, privateKey } = await csrFor(spiffeId);
    open = new SidecarClient(issuer.url, bundle.x509Authorities);
    const joined = await open.post('/v1/attest/join-token', { joinToken, csr });
    const { svid } = issuance.joinTokenAnswer.parse(joined.body);
    client = new SidecarClient(issuer.url, bundle.x509Authorities, identityOf(svid, privateKey));
  });
  afterAll(async () => {
    client?.close();
    open?.close();
    await issuer?.stop();
    await postgres.stop();
    removeEnvironment({ LEDGER_FILE: environment['ADMIN_SOCKET'] ?? '' });
  });

  it('issues nothing that it can’t write down, says so, and goes on by itself when there is room', async () => {
    const { csr } = await csrFor(spiffeId);
    const requests = Array.from({ length: 10 }, () => ({ spiffeId, csr }));
    const ask = () => client.post('/v1/x509-svids', { selectors: ['x'], requests });
    expect((await ask()).status).toBe(200);
    expect((await open.get('/readyz')).status).toBe(200);

    issuer.fill();
    // A page that was not full takes a few more records.
    let answered = 10;
    let answer = await ask();
    for (; answer.status === 200; answer = await ask()) answered += requests.length;
    expect(answer).toMatchObject({ status: 503, body: { code: 'audit.log-unwritable' } });
    expect((await open.get('/readyz')).status).toBe(503);
    // Who is nobody is not let in either: the record of one refusal may still find room where ten do not.
    expect([401, 503]).toContain((await open.post('/v1/x509-svids', { selectors: ['x'], requests })).status);
    // Some of the batch that was refused may have been written down: more than was given, never less.
    const whileFull = issued().length;
    expect(whileFull).toBeGreaterThanOrEqual(answered);
    expect(verifyAuditLog(issuer.copyOfLog())).toMatchObject({ intact: true, tornBytes: 0 });

    issuer.makeRoom();
    expect((await open.get('/readyz')).status).toBe(200);
    expect((await ask()).status).toBe(200);
    expect(issued()).toHaveLength(whileFull + 10);
    expect(verifyAuditLog(issuer.copyOfLog())).toMatchObject({ intact: true, tornBytes: 0 });
  });

  function issued() {
    issuer.copyOfLog();
    return readLedgers(issuer.folder).filter(
      (record) =>
        record.ledger === 'issuer' && record.event === 'svid-issued' && record.spiffeId === spiffeId,
    );
  }
});

async function startOnSmallDisk(env: Record<string, string>) {
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  const child: ChildProcess = spawn('unshare', ['-m', 'sh', '-c', mounted, 'sh', process.execPath, main], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  if (!child.stdout) throw new TypeError('no stdout');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { url } = JSON.parse(line) as { url: string };
  // The way into the mounts of another process: its root, as the kernel shows it.
  const seen = `/proc/${child.pid}/root${disk}`;
  const folder = mkdtempSync(join(tmpdir(), 'disk-full-'));
  const copy = join(folder, 'issuer.jsonl');
  return {
    url,
    folder,
    fill: () => {
      const { bavail, bsize } = statfsSync(seen);
      writeFileSync(`${seen}/filler`, Buffer.alloc(bavail * bsize));
    },
    makeRoom: () => unlinkSync(`${seen}/filler`),
    copyOfLog: () => {
      copyFileSync(`${seen}/issuer.jsonl`, copy);
      return copy;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}
