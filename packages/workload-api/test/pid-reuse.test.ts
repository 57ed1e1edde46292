import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const UNAVAILABLE = 14;
const NAMESPACE = ['--pid', '--fork', '--mount-proc', '--kill-child'];
const canChoosePids =
  spawnSync('unshare', [...NAMESPACE, 'sh', '-c', 'echo 300 > /proc/sys/kernel/ns_last_pid']).status === 0;
if (!canChoosePids)
  process.stderr.write('skipped: no pid can be chosen here (needs root, unshare and ns_last_pid)\n');

/** What is said in a pid namespace of its own, up to the answer that the second program got. */
async function linesOf(end: 'ends' | 'lives'): Promise<unknown[]> {
  const socketPath = join(await mkdtemp(join(tmpdir(), 'pr-')), 'api.sock');
  const server = fileURLToPath(new URL('./pid-reuse/serve.ts', import.meta.url));
  const node = [process.execPath, '--conditions=@blastradius/source', '--no-warnings', server];
  const child = spawn('unshare', [...NAMESPACE, ...node, socketPath, end], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: unknown[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(line));
    if (line.includes('inherited')) break;
  }
  child.kill('SIGKILL');
  return lines;
}

describe.runIf(canChoosePids)('a program that inherits the connection of another one', () => {
  it('gets nothing by it once the other has ended, although it has the same pid, and its own identity by its own', async () => {
    const lines = await linesOf('ends');
    expect(lines.at(-1)).toEqual({ isSamePid: true, inherited: UNAVAILABLE, own: 'identity' });
    expect(lines).toContainEqual({ refused: 'attestation.process-gone', pid: expect.any(Number) });
  });

  it('speaks as the other while that one lives (control)', async () => {
    expect(await linesOf('lives')).toEqual([{ isSamePid: false, inherited: 'identity', own: 'identity' }]);
  });
});
