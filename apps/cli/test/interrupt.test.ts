import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const main = join(import.meta.dirname, '../dist/bundled.js');

/** Every process whose environment says that it works in this temporary folder. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
      const tells = [`/proc/${pid}/environ`, `/proc/${pid}/cmdline`].map((file) =>
        readFileSync(file, 'utf8'),
      );
      const inside = readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      return inside || tells.some((text) => text.includes(folder)) ? [pid] : [];
    } catch {
      return []; // It ended while we looked, or belongs to someone else.
    }
  });
}

for (const [when, said] of [
  ['while the worlds are starting', 'starting the world'],
  ['while the worlds are live', '] live'],
] as const) {
  test(`Ctrl-C ${when} leaves no process and no folder behind`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'interrupt-'));
    chmodSync(folder, 0o755); // PostgreSQL may run as another user.
    const out = join(mkdtempSync(join(tmpdir(), 'interrupt-out-')), 'run');
    const child = spawn(process.execPath, [main, 'demo', '--agents', '10', '--out', out], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, TMPDIR: folder },
    });
    let stderr = '';
    let interrupted = false;
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      if (!interrupted && stderr.includes(said)) {
        interrupted = true;
        expect(processesOf(folder).length).toBeGreaterThan(1);
        child.kill('SIGINT');
        child.kill('SIGINT');
      }
    });
    const [code] = await once(child, 'exit');
    expect(stderr).toContain('stopped by SIGINT');
    expect(code).toBe(130);
    expect(processesOf(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  }, 60_000);
}
