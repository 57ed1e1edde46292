import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { writeWorkloadScript } from './workload-process.ts';

const index = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const server = fileURLToPath(new URL('shielded-process.mjs', import.meta.url));
/** Root may read everything, so both sides are somebody else then. */
const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const canRead = spawnSync('cat', [index], user).status === 0;
if (!canRead) process.stderr.write('skipped: another user can not read this checkout\n');

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

async function serve(mode: 'shielded' | 'open') {
  const folder = await mkdtemp(join(tmpdir(), 'shield-'));
  await chmod(folder, 0o777);
  const socketPath = join(folder, 'api.sock');
  const args = ['--conditions=@blastradius/source', '--no-warnings', server, index, mode, socketPath];
  const child = spawn(process.execPath, args, {
    ...user,
    env: { SECRET: 'join-token' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value ?? 'null');
  expect(await next()).toEqual({ ready: true });
  return { pid: child.pid ?? 0, child, socketPath, next, log: () => log };
}

/** What a process of the same user gets to see of another. */
function neighbourReads(pid: number, file: string): boolean {
  const code = `const fs = require('node:fs'); const at = '/proc/${pid}/${file}';
    if (fs.statSync(at).isDirectory()) fs.readdirSync(at); else fs.closeSync(fs.openSync(at));`;
  return spawnSync(process.execPath, ['-e', code], { ...user, env: {} }).status === 0;
}

describe.runIf(process.platform === 'linux' && canRead)('a shielded process', () => {
  it.each(['mem', 'environ', 'maps', 'fd', 'root'])(
    'keeps its neighbours out of /proc/<pid>/%s',
    async (file) => {
      const { pid } = await serve('shielded');
      expect(neighbourReads(pid, file)).toBe(false);
      // Control: without the shield the same neighbour gets in.
      const { pid: open } = await serve('open');
      expect(neighbourReads(open, file)).toBe(true);
    },
  );

  it('does not open a debugger for a neighbour who sends the signal for it', async () => {
    const shielded = await serve('shielded');
    shielded.child.kill('SIGUSR1');
    await wait(500);
    expect(shielded.log()).not.toContain('Debugger listening');
    const open = await serve('open');
    open.child.kill('SIGUSR1');
    await expect.poll(() => open.log()).toMatch(/Debugger listening|inspector/);
  });

  it('still attests its callers in full', async () => {
    const { socketPath, next } = await serve('shielded');
    const script = await writeWorkloadScript();
    await chmod(join(script, '..'), 0o755);
    const workload = spawn(process.execPath, [script, socketPath, 'FetchX509SVID'], {
      ...user,
      env: {},
      stdio: 'ignore',
    });
    started.push(workload);
    const { selectors } = await next();
    expect(selectors).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^unix:uid:/),
        expect.stringMatching(/^unix:path:/),
        expect.stringMatching(/^unix:sha256:/),
        `interpreter:path:${script}`,
        expect.stringMatching(/^interpreter:sha256:/),
      ]),
    );
    await once(workload, 'exit');
  });
});
