import { type FileHandle, open, readFile } from 'node:fs/promises';
import { PlaceRefused, ProcessClosed } from './host.errors.ts';

/** A stretch of a process's memory that it has really used. */
export interface MemoryRange {
  readonly from: number;
  readonly to: number;
}

/** What the kernel shows of the processes that the foothold names, and of no other. */
export class ProcessView {
  readonly #pids: ReadonlySet<number>;

  constructor(pids: readonly number[]) {
    this.#pids = new Set(pids);
  }

  /** As they were when the process began. */
  async environment(pid: number): Promise<ReadonlyMap<string, string>> {
    const text = await this.#read(pid, 'environ');
    return new Map(
      text.split('\0').flatMap((entry): [string, string][] => {
        const at = entry.indexOf('=');
        return at > 0 ? [[entry.slice(0, at), entry.slice(at + 1)]] : [];
      }),
    );
  }

  async commandLine(pid: number): Promise<readonly string[]> {
    return (await this.#read(pid, 'cmdline')).split('\0').filter((word) => word !== '');
  }

  /** Writable memory with anything in it: what was never touched holds nothing. */
  async usedMemory(pid: number): Promise<readonly MemoryRange[]> {
    return usedRanges(await this.#read(pid, 'smaps'));
  }

  /** The caller closes it. */
  openMemory(pid: number): Promise<FileHandle> {
    return this.#allowed(pid, 'mem', (file) => open(file, 'r'));
  }

  #read(pid: number, what: string): Promise<string> {
    return this.#allowed(pid, what, (file) => readFile(file, 'utf8'));
  }

  async #allowed<T>(pid: number, what: string, look: (file: string) => Promise<T>): Promise<T> {
    if (!this.#pids.has(pid)) {
      throw new PlaceRefused(`process ${pid} is not one that the foothold names`, {
        publicDetail: 'The attacker only looks where it stands.',
      });
    }
    try {
      return await look(`/proc/${pid}/${what}`);
    } catch (cause) {
      throw new ProcessClosed(
        `/proc/${pid}/${what} can't be read: it takes the same user, kernel.yama.ptrace_scope 0, or root`,
        { cause },
      );
    }
  }
}

/** From a table as in /proc/<pid>/smaps: what is readable and writable and has pages in memory. Pure. */
export function usedRanges(smaps: string): MemoryRange[] {
  const ranges: MemoryRange[] = [];
  let range: MemoryRange | undefined;
  for (const line of smaps.split('\n')) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \S+\s*(.*)$/.exec(line);
    if (head) {
      const [, from = '', to = '', rights = '', name = ''] = head;
      const isOurs = rights.startsWith('rw') && !name.startsWith('[v');
      range = isOurs ? { from: Number.parseInt(from, 16), to: Number.parseInt(to, 16) } : undefined;
      continue;
    }
    const resident = /^Rss:\s+(\d+) kB$/.exec(line);
    if (resident && range && Number(resident[1]) > 0) ranges.push(range);
  }
  return ranges;
}
