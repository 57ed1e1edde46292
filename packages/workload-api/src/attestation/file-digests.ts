import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

const CACHED_FILES_MAX = 1000;
/** A change within the clock's last tick would leave every timestamp as it was; so young is not cached. */
const SETTLED_AFTER_MS = 1000;
const CHUNK_BYTES = 1 << 20;

/** SHA-256 of open files, computed again only when the file on disk is not the one seen before. */
export class FileDigests {
  readonly #digests = new Map<string, Promise<string | undefined>>();

  /** Undefined when the file is larger than `bytesMax` or changed while it was read. */
  async sha256(file: FileHandle, bytesMax: number): Promise<string | undefined> {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile() || stats.size > BigInt(bytesMax)) return undefined;
    if (Date.now() - Number(stats.ctimeMs) < SETTLED_AFTER_MS) return digestUnchanged(file, stats);
    const key = versionOf(stats);
    const known = this.#digests.get(key);
    if (known !== undefined) return known;
    const digest = digestUnchanged(file, stats);
    this.#remember(key, digest);
    return digest;
  }

  #remember(key: string, digest: Promise<string | undefined>): void {
    const oldest = this.#digests.keys().next();
    if (this.#digests.size >= CACHED_FILES_MAX && !oldest.done) this.#digests.delete(oldest.value);
    this.#digests.set(key, digest);
    const forgetUnlessKnown = (value?: string) => {
      if (value === undefined) this.#digests.delete(key);
    };
    digest.then(forgetUnlessKnown, () => forgetUnlessKnown());
  }
}

async function digestUnchanged(file: FileHandle, before: BigIntStats): Promise<string | undefined> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) break;
    hash.update(chunk.subarray(0, bytesRead));
    position += bytesRead;
  }
  const after = await file.stat({ bigint: true });
  return versionOf(after) === versionOf(before) ? hash.digest('hex') : undefined;
}

function versionOf(stats: BigIntStats): string {
  return [stats.dev, stats.ino, stats.mtimeNs, stats.ctimeNs, stats.size].join(':');
}
