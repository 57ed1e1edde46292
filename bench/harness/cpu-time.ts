import { readdirSync, readFileSync } from 'node:fs';

/** `USER_HZ`, which Linux has fixed for what it shows in /proc. */
const ticksEachSecond = 100;

interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  readonly seconds: number;
}

/** CPU seconds of these processes and all below them, those included that have ended meanwhile and were waited for. */
export function cpuSecondsOf(roots: readonly number[]): number {
  return withAllBelow(roots).reduce((sum, { seconds }) => sum + seconds, 0);
}

/** These processes and all below them that run now. */
export function processesBelow(roots: readonly number[]): number[] {
  return withAllBelow(roots).map(({ pid }) => pid);
}

function withAllBelow(roots: readonly number[]): ProcessTimes[] {
  const all = processes();
  const wanted = new Set(roots);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { pid, parent } of all) {
      if (!wanted.has(pid) && wanted.has(parent)) grown = Boolean(wanted.add(pid));
    }
  }
  return all.filter(({ pid }) => wanted.has(pid));
}

/** Runs a start, and returns with its result the processes of ours that are there since. */
export async function startedBy<T>(start: () => Promise<T>): Promise<{ result: T; pids: readonly number[] }> {
  const before = new Set(children());
  const result = await start();
  return { result, pids: children().filter((pid) => !before.has(pid)) };
}

function children(): number[] {
  return processes()
    .filter(({ parent }) => parent === process.pid)
    .map(({ pid }) => pid);
}

function processes(): ProcessTimes[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => timesOf(Number(name)) ?? []);
}

/** proc(5): the fields behind the name, which may hold spaces and parentheses. */
function timesOf(pid: number): ProcessTimes | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid, parent: Number(fields[1]), seconds: ticks / ticksEachSecond };
  } catch {
    // It ended between the listing and the reading.
    return undefined;
  }
}
