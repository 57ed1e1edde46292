import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, readlink, rename, rm, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileContent, FileSet } from './file-set.ts';
import { OutputDirectoryUnsafe, OutputNameTaken } from './file-writer.errors.ts';

export interface SwapTarget {
  readonly directory: string;
  readonly owner?: number | undefined;
  readonly group?: number | undefined;
  readonly groupReads?: boolean;
}

/** The link that says which set is the current one; the layout and its names are Kubernetes'. */
const CURRENT = '..data';
const OURS = /^\.\.[0-9a-f]{16}(?:\.link)?$/;
const ABSENT = 'ENOENT';

/**
 * Puts a set of files in the place of the last one, all at once: they are written into a fresh folder,
 * and one rename of one link makes them the current ones, so that a reader who has resolved `..data`
 * holds a key and the certificate that goes with it. Where anything fails the last set stays whole.
 */
export async function swapFileSet(target: SwapTarget, files: FileSet): Promise<void> {
  const { directory } = target;
  await assertSafe(directory);
  const before = await currentSet(directory);
  await removeLeftOvers(directory, before);
  await assertFree(directory, files);
  const fresh = `..${randomBytes(8).toString('hex')}`;
  const link = join(directory, `${fresh}.link`);
  try {
    await writeSet(target, fresh, files);
    await symlink(fresh, link);
    await rename(link, join(directory, CURRENT));
  } catch (error) {
    await rm(link, { force: true });
    await rm(join(directory, fresh), { recursive: true, force: true });
    throw error;
  }
  await arrangeLinks(directory, files);
  await sync(directory);
  if (before !== undefined) await rm(join(directory, before), { recursive: true, force: true });
}

/** Takes all files away, those of a half-written set, too. Returns whether there were any. */
export async function removeFileSet({ directory }: SwapTarget): Promise<boolean> {
  await assertSafe(directory);
  const before = await currentSet(directory);
  await arrangeLinks(directory, new Map());
  await removeLeftOvers(directory, undefined);
  await rm(join(directory, CURRENT), { force: true });
  await sync(directory);
  return before !== undefined;
}

/**
 * Who may write to the folder may put a link of its own where we are about to write, and have a key
 * written elsewhere. So it has to be ours, and nobody else's to change.
 */
async function assertSafe(directory: string): Promise<void> {
  const stats = await lstat(directory).catch((cause: NodeJS.ErrnoException) => {
    throw new OutputDirectoryUnsafe(`${directory} is not there: it is its operator's to make`, { cause });
  });
  if (!stats.isDirectory()) throw new OutputDirectoryUnsafe(`${directory} is no folder`);
  if (stats.uid !== process.geteuid?.()) {
    throw new OutputDirectoryUnsafe(`${directory} belongs to user ${stats.uid}, and not to the sidecar's`);
  }
  if ((stats.mode & 0o022) !== 0) {
    throw new OutputDirectoryUnsafe(`${directory} can be written to by its group, or by everybody`);
  }
}

async function writeSet(target: SwapTarget, name: string, files: FileSet): Promise<void> {
  const folder = join(target.directory, name);
  await mkdir(folder, { mode: 0o700 });
  for (const [file, content] of files) await writeNew(join(folder, file), content, target);
  await changeMode(folder, 0o755);
  await sync(folder);
}

async function writeNew(path: string, content: FileContent, target: SwapTarget): Promise<void> {
  const { owner = -1, group = -1, groupReads = false } = target;
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content.text);
    // -1 leaves an owner as it is (chown(2)); Node passes it on as the number that means it.
    if (owner >= 0 || group >= 0) {
      const stats = await file.stat();
      await file.chown(owner >= 0 ? owner : stats.uid, group >= 0 ? group : stats.gid);
    }
    await file.chmod(content.isSecret ? (groupReads ? 0o640 : 0o600) : 0o644);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function changeMode(folder: string, mode: number): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.chmod(mode).finally(() => handle.close());
}

/** Without it a crash may lose the rename, or keep it and lose what it points to. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/** The folder that the link names, if it is one of ours. */
async function currentSet(directory: string): Promise<string | undefined> {
  const named = await linkTarget(join(directory, CURRENT));
  return named !== undefined && OURS.test(named) ? named : undefined;
}

/** What a crash or a full disk has left behind. */
async function removeLeftOvers(directory: string, current: string | undefined): Promise<void> {
  for (const name of await readdir(directory)) {
    if (OURS.test(name) && name !== current)
      await rm(join(directory, name), { recursive: true, force: true });
  }
}

async function assertFree(directory: string, files: FileSet): Promise<void> {
  for (const name of files.keys()) {
    const stats = await lstat(join(directory, name)).catch(absent);
    if (stats === undefined || (await linkTarget(join(directory, name))) === `${CURRENT}/${name}`) continue;
    throw new OutputNameTaken(`${join(directory, name)} is there and is not ours`);
  }
}

/** One link for each file of the set, and none for those of earlier ones. */
async function arrangeLinks(directory: string, files: FileSet): Promise<void> {
  const there = new Set<string>();
  for (const name of await readdir(directory)) {
    if ((await linkTarget(join(directory, name))) !== `${CURRENT}/${name}`) continue;
    if (files.has(name)) there.add(name);
    else await unlink(join(directory, name));
  }
  for (const name of files.keys()) {
    if (!there.has(name)) await symlink(`${CURRENT}/${name}`, join(directory, name));
  }
}

async function linkTarget(path: string): Promise<string | undefined> {
  return readlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === ABSENT || error.code === 'EINVAL') return undefined;
    throw error;
  });
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== ABSENT) throw error;
}
