import type { FileHandle } from 'node:fs/promises';
import type { MemoryRange, ProcessView } from './process-view.ts';

const CHUNK_BYTES = 2 ** 20;
/** So much of a chunk is seen again with the next: what lies across the border is found. A page, so that nothing shifts. */
const OVERLAP_BYTES = 4096;

/** How much one look may take of the machine that the honest share with us. */
export interface WalkLimits {
  readonly bytes: number;
  readonly milliseconds: number;
}

/** A walk through the memory of one process, which may be broken off and gone on with. */
export class MemoryWalk {
  readonly #view: ProcessView;
  readonly #pid: number;
  #ahead: MemoryRange[] | undefined;

  constructor(view: ProcessView, pid: number) {
    this.#view = view;
    this.#pid = pid;
  }

  /** Goes on until the limits; returns whether there is more. Each chunk is given to `see`, and reused after. */
  async goOn(limits: WalkLimits, see: (chunk: Buffer) => void): Promise<boolean> {
    this.#ahead ??= [...(await this.#view.usedMemory(this.#pid))];
    const memory = await this.#view.openMemory(this.#pid);
    const deadlineMs = performance.now() + limits.milliseconds;
    const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    let bytes = 0;
    try {
      for (let range = this.#ahead[0]; range; range = this.#ahead[0]) {
        if (bytes >= limits.bytes || performance.now() >= deadlineMs) return true;
        const read = await readAt(memory, chunk, range);
        if (read > 0) see(chunk.subarray(0, read));
        bytes += read;
        const next = range.from + Math.max(CHUNK_BYTES - OVERLAP_BYTES, OVERLAP_BYTES);
        if (read < CHUNK_BYTES || range.to - next <= OVERLAP_BYTES) this.#ahead.shift();
        else this.#ahead[0] = { from: next, to: range.to };
      }
      return false;
    } finally {
      await memory.close();
    }
  }
}

/** Memory that is gone by now holds nothing. */
async function readAt(memory: FileHandle, chunk: Buffer, { from, to }: MemoryRange): Promise<number> {
  try {
    const { bytesRead } = await memory.read(chunk, 0, Math.min(chunk.length, to - from), from);
    return bytesRead;
  } catch {
    return 0;
  }
}
