import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export const HOME_PREFIX = 'blastradius-pg-';
const OWNER_FILE = 'owner';
const ENDS_WITHIN_MS = 5000;

/** Writes down whose server it is: one that is killed with SIGKILL can't take its own down. */
export function claimHome(home: string): void {
  writeFileSync(join(home, OWNER_FILE), `${process.pid} ${startOf(process.pid)}`, { mode: 0o600 });
}

/** Ends the servers whose owners were killed, and removes their folders. A home without an owner is left alone. */
export async function removeOrphans(): Promise<void> {
  const folder = tmpdir();
  const homes = readdirSync(folder).filter((name) => name.startsWith(HOME_PREFIX));
  for (const home of homes.map((name) => join(folder, name))) {
    if (!isOrphan(home)) continue;
    await endServer(home);
    await rm(home, { recursive: true, force: true });
  }
}

function isOrphan(home: string): boolean {
  try {
    const [pid, start] = readFileSync(join(home, OWNER_FILE), 'utf8').split(' ');
    return startOf(Number(pid)) !== start;
  } catch {
    return false;
  }
}

async function endServer(home: string): Promise<void> {
  const pid = serverOf(home);
  if (pid === null) return;
  process.kill(pid, 'SIGINT');
  for (const endMs = Date.now() + ENDS_WITHIN_MS; serverOf(home) !== null; await delay(50)) {
    if (Date.now() > endMs) {
      process.kill(pid, 'SIGKILL');
      return;
    }
  }
}

/** Its process, if it is still this home's: an id may have gone to someone else. */
function serverOf(home: string): number | null {
  try {
    const [pid = ''] = readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8').split('\n');
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(home) ? Number(pid) : null;
  } catch {
    return null;
  }
}

/** When the process started, as the kernel counts it; empty where there is none. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
