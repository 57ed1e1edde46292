import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
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
    const writable = writableRanges(await this.#read(pid, 'maps'));
    const pagemap = await this.#allowed(pid, 'pagemap', (file) => open(file, 'r'));
    try {
      const used = await Promise.all(writable.map((range) => usedPages(pagemap, range)));
      return used.flat();
    } finally {
      await pagemap.close();
    }
  }

  /** Files that the process was told of in its environment, as far as they are short and ours to read. */
  async namedFiles(pid: number): Promise<readonly Buffer[]> {
    const paths = [...(await this.environment(pid)).values()].filter((value) => value.startsWith('/'));
    const contents = await Promise.all(paths.map(readShortFile));
    return contents.filter((content) => content !== undefined);
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

/** From a table as in /proc/<pid>/maps: what is readable and writable, and not the kernel's. Pure. */
export function writableRanges(maps: string): MemoryRange[] {
  return maps.split('\n').flatMap((line) => {
    const [, from = '', to = '', name = ''] =
      /^([0-9a-f]+)-([0-9a-f]+) rw\S\S \S+ \S+ \S+\s*(.*)$/.exec(line) ?? [];
    if (from === '' || name.startsWith('[v')) return [];
    return [{ from: Number.parseInt(from, 16), to: Number.parseInt(to, 16) }];
  });
}

const PAGE_BYTES = 4096;
const ENTRY_BYTES = 8;
/** Shorter gaps are read along: a range more costs more than a few empty pages. */
const GAP_PAGES = 4;

/** The pages of a range that are there: in memory or swapped out (bits 63 and 62 of their entries). */
async function usedPages(pagemap: FileHandle, { from, to }: MemoryRange): Promise<MemoryRange[]> {
  const entries = Buffer.alloc(((to - from) / PAGE_BYTES) * ENTRY_BYTES);
  const { bytesRead } = await pagemap.read(entries, 0, entries.length, (from / PAGE_BYTES) * ENTRY_BYTES);
  const used: MemoryRange[] = [];
  for (let page = 0; page * ENTRY_BYTES < bytesRead; page++) {
    if (((entries[page * ENTRY_BYTES + 7] ?? 0) & 0xc0) === 0) continue;
    const [at, last] = [from + page * PAGE_BYTES, used.at(-1)];
    if (last && at - last.to <= GAP_PAGES * PAGE_BYTES)
      used[used.length - 1] = { from: last.from, to: at + PAGE_BYTES };
    else used.push({ from: at, to: at + PAGE_BYTES });
  }
  return used;
}

const FILE_BYTES_MAX = 256 * 1024;

async function readShortFile(path: string): Promise<Buffer | undefined> {
  try {
    const facts = await stat(path);
    return facts.isFile() && facts.size <= FILE_BYTES_MAX ? await readFile(path) : undefined;
  } catch {
    return undefined;
  }
}
