import { chmodSync, realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '../world/world.ts';
import { type AppEntries, findApps, findRoot } from './app-entries.ts';
import { createApiRoles } from './backend.ts';
import { startPostgres } from './postgres/postgres.ts';
import { startWorld } from './start-world.ts';

export interface EmbeddedPlatform extends Platform {
  /** A database for the jobs of whoever runs many worlds; as the superuser, beside the worlds' own. */
  createJobsDatabase(): Promise<string>;
}

/** One PostgreSQL for all worlds of a run, and each world's processes around a folder of its sockets. */
export async function startEmbeddedPlatform(apps: Partial<AppEntries> = {}): Promise<EmbeddedPlatform> {
  const entries = findApps(findRoot(), apps);
  const postgres = await startPostgres();
  try {
    await createApiRoles(postgres);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  let worlds = 0;
  return {
    startWorld: async (setting) => {
      worlds += 1;
      const databaseSuffix = `${setting.arm.replaceAll(/[^a-z0-9]/g, '_')}_${worlds}`;
      const socketFolder = await makeSocketFolder();
      const remove = () => rm(socketFolder, { recursive: true, force: true });
      try {
        const world = await startWorld({ ...setting, apps: entries, postgres, databaseSuffix, socketFolder });
        return { ...world, stop: () => world.stop().finally(remove) };
      } catch (error) {
        await remove();
        throw error;
      }
    },
    createJobsDatabase: () => postgres.createDatabase('jobs'),
    stop: () => postgres.stop(),
  };
}

/**
 * Short, because a Unix socket's path may have 107 bytes; closed to everyone else. Its real path,
 * because policies name the scripts in it and attestation follows no link.
 */
async function makeSocketFolder(): Promise<string> {
  const folder = await mkdtemp(join(realpathSync(tmpdir()), 'blastradius-'));
  chmodSync(folder, 0o700);
  return folder;
}
