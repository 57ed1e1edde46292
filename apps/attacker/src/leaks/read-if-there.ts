import { open } from 'node:fs/promises';

const BYTES_MAX = 64 * 1024 * 1024;

/** What stands in a file from `offset` on, up to 64 MiB; undefined where there is no file. */
export async function readFrom(file: string, offset = 0): Promise<string | undefined> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(BYTES_MAX, Math.max(0, size - offset)));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await handle.close();
  }
}
