import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { processesBelow } from '../harness/cpu-time.ts';

/** Asked before anything is pinned: whoever is pinned to one core sees one. */
const cores = availableParallelism();
/** The server has the first core to itself; database and load share the rest. */
const SERVER_CORE = '0';
const OTHER_CORES = cores === 2 ? '1' : `1-${cores - 1}`;

/** Pins a server, or what stands beside it, with all threads and processes below; false where that can't be done. */
export function pin(role: 'server' | 'others', pids: readonly number[]): boolean {
  if (cores < 2) return false;
  const list = role === 'server' ? SERVER_CORE : OTHER_CORES;
  return processesBelow(pids).every((pid) => isPinnedTo(list, pid) || !isRunning(pid));
}

function isPinnedTo(list: string, pid: number): boolean {
  try {
    execFileSync('taskset', ['-a', '-c', '-p', list, String(pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A database's connections come and go. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}
