import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorkloadApi, type WorkloadApi } from '../src/start-workload-api.ts';
import { encodeX509Svids } from '../src/x509-encoding.ts';
import { FakeIdentities, IssuerAway, snapshotOf } from './fake-identities.ts';
import { FakeJwtIdentities } from './fake-tokens.ts';
import { WorkloadProcess, writeWorkloadScript } from './workload-process.ts';

const PERMISSION_DENIED = 7;
const INVALID_ARGUMENT = 3;
const UNIMPLEMENTED = 12;
const UNAVAILABLE = 14;
const canSetGroups = spawnSync('setpriv', ['--groups', '4', 'true']).status === 0;
if (!canSetGroups)
  process.stderr.write('skipped: no further groups can be set here (needs root and setpriv)\n');
const silent = { debug: () => {}, info: () => {}, warn: () => {} };

let socketPath: string;
let source: FakeIdentities;
let api: WorkloadApi;
let started: WorkloadProcess[];

beforeEach(async () => {
  socketPath = join(await mkdtemp(join(tmpdir(), 'wl-')), 'api.sock');
  source = new FakeIdentities();
  api = await startWorkloadApi({ socketPath, ...served() });
  started = [];
});

afterEach(async () => {
  for (const workload of started) workload.stop();
  await api.close();
});

const served = () => ({ trustDomain: 'moltbook.test', source, jwt: new FakeJwtIdentities(), logger: silent });

function run(args: readonly string[], environment?: NodeJS.ProcessEnv): WorkloadProcess {
  const workload = new WorkloadProcess(args, environment);
  started.push(workload);
  return workload;
}

const fetchSvids = (script: string) => run([script, socketPath, 'FetchX509SVID']);
const sha256 = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

describe('attestation of the calling process', () => {
  it('finds what the process really is: user, group, executable and script', async () => {
    const script = await writeWorkloadScript();
    await fetchSvids(script).next();
    const [group] = spawnSync('getent', ['group', String(process.getgid?.())], {
      encoding: 'utf8',
    }).stdout.split(':');
    const seen = source.seen[0]?.filter((selector) => !selector.startsWith('unix:supplementary_'));
    expect(seen).toEqual([
      `interpreter:path:${script}`,
      `interpreter:sha256:${await sha256(script)}`,
      `unix:gid:${process.getgid?.()}`,
      `unix:group:${group}`,
      `unix:path:${process.execPath}`,
      `unix:sha256:${await sha256(process.execPath)}`,
      `unix:uid:${process.getuid?.()}`,
      `unix:user:${userInfo().username}`,
    ]);
  });

  it.runIf(canSetGroups)('finds its further groups, and keeps the rest when they are very many', async () => {
    const call = [process.execPath, await writeWorkloadScript(), socketPath, 'FetchX509SVID'];
    const selectorsIn = async (groups: string) => {
      const workload = new WorkloadProcess(['--groups', groups, ...call], {}, 'setpriv');
      started.push(workload);
      await workload.next();
      return source.seen.at(-1) ?? [];
    };
    expect(await selectorsIn('4,54321')).toEqual(
      expect.arrayContaining([
        'unix:supplementary_gid:4',
        'unix:supplementary_gid:54321',
        'unix:supplementary_group:adm',
      ]),
    );
    const many = Array.from({ length: 1000 }, (_, index) => 50_000 + index).join(',');
    const selectors = await selectorsIn(many);
    expect(selectors.length).toBeLessThan(100);
    expect(selectors).toContain(`unix:sha256:${await sha256(process.execPath)}`);
  });

  it.each([
    ['an option stands before the script', ['--import', 'data:text/javascript,'], {}],
    ['NODE_OPTIONS could have loaded code', [], { NODE_OPTIONS: '--no-warnings' }],
    ['LD_PRELOAD could have loaded code', [], { LD_PRELOAD: '/nonexistent.so' }],
  ])('claims no script when %s', async (_reason, options, environment) => {
    const script = await writeWorkloadScript();
    await run([...options, script, socketPath, 'FetchX509SVID'], environment).next();
    expect(source.seen[0]?.filter((selector) => selector.startsWith('interpreter:'))).toEqual([]);
    expect(source.seen[0]).toContain(`unix:path:${process.execPath}`);
  });

  describe('under a policy that pins path and sha256 of the script', () => {
    let script: string;
    beforeEach(async () => {
      script = await writeWorkloadScript();
      source.required = [`interpreter:path:${script}`, `interpreter:sha256:${await sha256(script)}`];
    });

    it('serves the script itself', async () => {
      const { message } = await fetchSvids(script).next();
      expect(message?.svids?.[0]?.spiffeId).toBe('spiffe://moltbook.test/agent/a');
    });

    it('refuses the same script under another name', async () => {
      const renamed = `${script}.renamed.mjs`;
      await rename(script, renamed);
      expect(await fetchSvids(renamed).next()).toEqual({
        code: PERMISSION_DENIED,
        details: 'no identity issued',
      });
    });

    it('refuses the script with one byte added', async () => {
      await appendFile(script, '\n');
      expect((await fetchSvids(script).next()).code).toBe(PERMISSION_DENIED);
    });

    it('refuses a process whose script was put back in its place after the start', async () => {
      const genuine = await readFile(script);
      // The process loads the altered script, and connects only when the genuine one is back.
      const altered = `import { existsSync } from 'node:fs';
        process.stdout.write('{}\\n');
        while (!existsSync('${script}.go')) await new Promise((go) => setTimeout(go, 10));
        await import('${script}.client.mjs');`;
      await writeFile(`${script}.client.mjs`, genuine);
      await writeFile(script, altered);
      const workload = fetchSvids(script);
      await workload.next();
      await writeFile(script, genuine);
      await writeFile(`${script}.go`, '');
      expect((await workload.next()).code).toBe(PERMISSION_DENIED);
    });

    it('ends the stream of a process whose script was modified, at the next push', async () => {
      const workload = fetchSvids(script);
      await workload.next();
      await appendFile(script, '\n');
      source.push(snapshotOf(['spiffe://moltbook.test/agent/b']));
      expect((await workload.next()).code).toBe(PERMISSION_DENIED);
    });
  });
});

describe('streams', () => {
  it('hold the complete state at once and again when identities rotate', async () => {
    const workload = fetchSvids(await writeWorkloadScript());
    expect((await workload.next()).message?.svids).toHaveLength(1);
    source.push(snapshotOf(['spiffe://moltbook.test/agent/b', 'spiffe://moltbook.test/agent/c']));
    const rotated = await workload.next();
    expect(rotated.message?.svids?.map((svid) => [svid.spiffeId, svid.hint])).toEqual([
      ['spiffe://moltbook.test/agent/b', 'b'],
      ['spiffe://moltbook.test/agent/c', 'c'],
    ]);
  });

  it('end with PermissionDenied when the last identity is withdrawn', async () => {
    const workload = fetchSvids(await writeWorkloadScript());
    await workload.next();
    source.push(snapshotOf([]));
    expect((await workload.next()).code).toBe(PERMISSION_DENIED);
  });

  it('end cleanly when the server closes, and the socket file goes', async () => {
    const workload = fetchSvids(await writeWorkloadScript());
    await workload.next();
    await api.close();
    expect(await workload.next()).toEqual({ ended: true });
    await expect(stat(socketPath)).rejects.toThrow('ENOENT');
  });

  it('of bundles are silent while only the SVIDs rotate', async () => {
    const workload = run([await writeWorkloadScript(), socketPath, 'FetchX509Bundles']);
    expect((await workload.next()).message?.bundles).toEqual({
      'spiffe://moltbook.test': expect.any(String),
    });
    source.push(snapshotOf(['spiffe://moltbook.test/agent/b']));
    source.push(
      snapshotOf(['spiffe://moltbook.test/agent/b'], new Map([['spiffe://next.test', Buffer.of(1)]])),
    );
    expect(Object.keys((await workload.next()).message?.bundles ?? {})).toEqual(['spiffe://next.test']);
  });

  it('skip what a slow reader missed, and end at the newest state', async () => {
    const client = new Client(`unix://${socketPath}`, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('workload.spiffe.io', 'true');
    const length = (message: Buffer) => message.length;
    const call = client.makeServerStreamRequest(
      '/SpiffeWorkloadAPI/FetchX509SVID',
      () => Buffer.alloc(0),
      length,
      {},
      metadata,
    );
    call.on('error', () => {});
    const sizes: number[] = [];
    await once(
      call.once('data', (size) => sizes.push(size)),
      'data',
    );
    call.pause();
    const id = `spiffe://moltbook.test/${'a'.repeat(1000)}`;
    for (let count = 1000; count < 1050; count++) {
      source.push(snapshotOf(Array(count).fill(id)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    call.on('data', (size) => sizes.push(size));
    call.resume();
    const newest = encodeX509Svids(snapshotOf(Array(1049).fill(id))).length;
    await expect.poll(() => sizes.at(-1)).toBe(newest);
    expect(sizes.length).toBeLessThan(25);
    call.cancel();
    client.close();
  });

  it('stop watching when the caller is gone', async () => {
    const workload = fetchSvids(await writeWorkloadScript());
    await workload.next();
    expect(source.watchers.size).toBe(1);
    workload.stop();
    await expect.poll(() => source.watchers.size).toBe(0);
  });
});

describe('calls', () => {
  it.each(['FetchX509SVID', 'FetchX509Bundles', 'FetchJWTSVID', 'FetchWITSVID'])(
    '%s without the security header are InvalidArgument',
    async (method) => {
      const script = await writeWorkloadScript();
      expect((await run([script, socketPath, method, 'none']).next()).code).toBe(INVALID_ARGUMENT);
      expect((await run([script, socketPath, method, 'false']).next()).code).toBe(INVALID_ARGUMENT);
      expect(source.seen).toEqual([]);
    },
  );

  it.each(['FetchWITSVID', 'FetchWITBundles'])('%s is Unimplemented where it is off', async (method) => {
    const called = await run([await writeWorkloadScript(), socketPath, method]).next();
    expect(called.code).toBe(UNIMPLEMENTED);
  });

  it('are Unavailable while identities cannot be had', async () => {
    source.failure = new IssuerAway('away');
    expect((await fetchSvids(await writeWorkloadScript()).next()).code).toBe(UNAVAILABLE);
  });
});

describe('the socket', () => {
  it('may be opened by any user', async () => {
    expect((await stat(socketPath)).mode & 0o777).toBe(0o777);
  });

  it('is not taken from a server that is alive', async () => {
    await expect(startWorkloadApi({ socketPath, ...served() })).rejects.toMatchObject({
      code: 'workload-api.socket-in-use',
    });
    await fetchSvids(await writeWorkloadScript()).next();
  });

  it('replaces the file that a killed server left behind', async () => {
    const stale = `${socketPath}.stale`;
    const left = createServer();
    await new Promise<void>((resolve) => left.listen(`${stale}.live`, resolve));
    await rename(`${stale}.live`, stale);
    await new Promise((resolve) => left.close(resolve));
    expect((await stat(stale)).isSocket()).toBe(true);
    const second = await startWorkloadApi({ socketPath: stale, ...served() });
    await run([await writeWorkloadScript(), stale, 'FetchX509SVID']).next();
    await second.close();
  });

  it('survives a peer that connects and goes without a word', async () => {
    for (let i = 0; i < 20; i++) {
      const peer = connect(socketPath);
      peer.on('connect', () => peer.destroy());
    }
    const { message } = await fetchSvids(await writeWorkloadScript()).next();
    expect(message?.svids).toHaveLength(1);
  });
});
