import { readlink } from 'node:fs/promises';

/**
 * Whether a path means the same file to the process as it does to us. A process can make itself
 * a mount namespace or a root directory of its own, and in there any path can be any file.
 */
export async function sharesFileSystemView(pid: number): Promise<boolean> {
  const [theirs, ours, root] = await Promise.all([
    readProcLink(`/proc/${pid}/ns/mnt`),
    readProcLink('/proc/self/ns/mnt'),
    readProcLink(`/proc/${pid}/root`),
  ]);
  return theirs !== undefined && theirs === ours && root === '/';
}

/**
 * Whether the process has only the rights that we know it by. In a user namespace of its own any
 * process may mount what it likes over what it runs; in ours that takes a right over the whole host.
 */
export async function sharesUserNamespace(pid: number): Promise<boolean> {
  const [theirs, ours] = await Promise.all([
    readProcLink(`/proc/${pid}/ns/user`),
    readProcLink('/proc/self/ns/user'),
  ]);
  return theirs !== undefined && theirs === ours;
}

/** Undefined when the process is gone or is not ours to look at (proc(5), PTRACE_MODE_READ). */
export async function readProcLink(path: string): Promise<string | undefined> {
  return unlessHidden(() => readlink(path));
}

const HIDDEN = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

/** Runs `read`; undefined when what it looks at is not there or not readable for us. */
export async function unlessHidden<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && HIDDEN.has(String(error.code))) return undefined;
    throw error;
  }
}
