import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** A name for a file that neither reads nor wakes anything (open(2)); the same on x86-64 and arm64. */
const O_PATH = 0o10000000;
const STEP = O_PATH | constants.O_NOFOLLOW;

/**
 * Opens the regular file `path` below `start`, a folder such as /proc/<pid>/root, for reading. Each
 * step is taken from the folder that the one before has opened, and none through a symbolic link: an
 * absolute link in a foreign root would otherwise lead into ours, and a path that is checked before it
 * is opened can be turned in between. Undefined where the path holds a link or `..`, or ends in
 * anything but a regular file: nothing else is ever opened. Throws what the file system says.
 */
export async function openWithoutLinks(start: string, path: string): Promise<FileHandle | undefined> {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.length === 0 || names.includes('..')) return undefined;
  let at = await open(start, O_PATH | constants.O_DIRECTORY);
  try {
    for (const name of names) {
      const next = await open(`${descriptorPath(at)}/${name}`, STEP);
      await at.close();
      at = next;
    }
    if (!(await at.stat()).isFile()) return undefined;
    // Through its descriptor it is the very file that was looked at.
    return await open(descriptorPath(at), constants.O_RDONLY);
  } finally {
    await at.close();
  }
}

function descriptorPath({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`;
}
