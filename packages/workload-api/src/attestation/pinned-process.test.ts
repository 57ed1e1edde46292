import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ProcessGone } from '../workload-api.errors.ts';
import { PinnedProcess } from './pinned-process.ts';

const ours = { pid: process.pid, uid: 0, gid: 0, pidfd: undefined };

describe.runIf(process.platform === 'linux')('PinnedProcess', () => {
  it('gives what was read while the process was there', async () => {
    expect(await new PinnedProcess(ours).whilePresent(async () => 'selectors')).toBe('selectors');
  });

  it('knows when the process started', () => {
    const startedAtMs = Date.now() - process.uptime() * 1000;
    expect(Math.abs(new PinnedProcess(ours).startedAtMs - startedAtMs)).toBeLessThan(1000);
  });

  it('gives nothing when the process ends while it is read', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const pinned = new PinnedProcess({ ...ours, pid: child.pid ?? 0 });
    const read = pinned.whilePresent(async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
      return 'selectors';
    });
    await expect(read).rejects.toBeInstanceOf(ProcessGone);
  });

  it('gives nothing for a pid that was not there to begin with', async () => {
    const pinned = new PinnedProcess({ ...ours, pid: 2 ** 22 + 1 });
    await expect(pinned.whilePresent(async () => 'selectors')).rejects.toBeInstanceOf(ProcessGone);
  });
});
