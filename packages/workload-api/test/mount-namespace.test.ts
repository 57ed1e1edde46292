import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorkloadApi, type WorkloadApi } from '../src/start-workload-api.ts';
import { FakeIdentities } from './fake-identities.ts';
import { FakeJwtIdentities } from './fake-tokens.ts';
import { WorkloadProcess, writeWorkloadScript } from './workload-process.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {} };
const canUnshare = spawnSync('sh', ['-c', 'unshare -m true']).status === 0;
if (!canUnshare)
  process.stderr.write('skipped: no mount namespace can be made here (needs root and unshare)\n');

let folder: string;
let socketPath: string;
let genuine: string;
let source: FakeIdentities;
let api: WorkloadApi;
const started: WorkloadProcess[] = [];

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'mnt-')));
  socketPath = join(folder, 'api.sock');
  await mkdir(join(folder, 'app'));
  genuine = await writeWorkloadScript();
  source = new FakeIdentities();
  api = await startWorkloadApi({
    socketPath,
    trustDomain: 'moltbook.test',
    source,
    jwt: new FakeJwtIdentities(),
    logger: silent,
  });
});
afterEach(async () => {
  for (const workload of started.splice(0)) workload.stop();
  await api.close();
});

/** Runs `script` in a mount namespace of its own, in which `command` has been run before. */
async function selectorsOf(command: string, script: string, flags = '-m'): Promise<readonly string[]> {
  const call = [process.execPath, script, socketPath, 'FetchX509SVID'].join(' ');
  const args = [flags, 'sh', '-c', `${command} && exec ${call}`];
  const workload = new WorkloadProcess(args, {}, 'unshare');
  started.push(workload);
  await workload.next();
  return source.seen.at(-1) ?? [];
}

const sha256 = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
const starting = (prefix: string, selectors: readonly string[]) =>
  selectors.filter((selector) => selector.startsWith(prefix));

describe.runIf(canUnshare)('a workload in a mount namespace of its own', () => {
  it('is attested by what its script holds there, and by no path', async () => {
    const script = join(folder, 'app/workload.mjs');
    // Here another file lies at that path, and the workload never sees it.
    await writeFile(script, 'throw new Error("not this one")');
    const selectors = await selectorsOf(`mount --bind ${join(genuine, '..')} ${folder}/app`, script);
    expect(starting('interpreter:', selectors)).toEqual([`interpreter:sha256:${await sha256(genuine)}`]);
    expect(starting('unix:path:', selectors)).toEqual([]);
    expect(selectors).toContain(`unix:sha256:${await sha256(process.execPath)}`);
  });

  it('is attested by a script that it named from its working directory', async () => {
    const mounted = `mount --bind ${join(genuine, '..')} ${folder}/app && cd ${folder}/app`;
    const selectors = await selectorsOf(mounted, 'workload.mjs');
    expect(starting('interpreter:', selectors)).toEqual([`interpreter:sha256:${await sha256(genuine)}`]);
  });

  it('claims no script that it reaches by a link, which could lead into our files', async () => {
    await symlink(genuine, join(folder, 'app/link.mjs'));
    const selectors = await selectorsOf('true', join(folder, 'app/link.mjs'));
    expect(starting('interpreter:', selectors)).toEqual([]);
  });

  it('claims no script that was changed after it had started', async () => {
    const script = join(folder, 'app/late.mjs');
    const changed = `${await readFile(genuine, 'utf8')}\n`;
    await writeFile(
      script,
      `import { writeFileSync } from 'node:fs';
      await new Promise((go) => setTimeout(go, 100));
      writeFileSync('${script}', ${JSON.stringify(changed)});
      await import('${genuine}');`,
    );
    expect(starting('interpreter:', await selectorsOf('true', script))).toEqual([]);
  });

  it('claims no script when it made the namespace itself: it could mount over what it runs', async (test) => {
    if (spawnSync('sh', ['-c', 'unshare -Urm true']).status !== 0) {
      process.stderr.write('skipped: no user namespace can be made here\n');
      test.skip();
    }
    const script = join(folder, 'app/workload.mjs');
    await writeFile(script, '');
    const mounted = `mount --bind ${join(genuine, '..')} ${folder}/app`;
    const selectors = await selectorsOf(mounted, script, '-Urm');
    expect(starting('interpreter:', selectors)).toEqual([]);
    expect(selectors).toContain(`unix:sha256:${await sha256(process.execPath)}`);
  });
});
