import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findPostgres } from './binaries.ts';
import { createCluster, SUPERUSER } from './cluster.ts';
import { type Databases, databasesAt } from './databases.ts';
import { claimHome, HOME_PREFIX, removeOrphans } from './orphans.ts';
import { findRunAs } from './run-as.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** A throw-away PostgreSQL server, reachable only through a Unix socket in its own folder. */
export interface Postgres extends Databases {
  /** The folder that holds `.s.PGSQL.5432`. */
  readonly socketDirectory: string;
  /** Of the life that runs now. */
  readonly pid: number;
  /** SIGKILL; `startAgain` gives it another life on the same data and the same socket. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

const START_AGAIN_WITHIN_MS = 10_000;

/** Makes a cluster in a temporary folder and starts it; `stop` removes the folder. */
export async function startPostgres(options: { maxConnections?: number } = {}): Promise<Postgres> {
  const runAs = await findRunAs();
  const binaries = await findPostgres(runAs);
  await removeOrphans();
  const home = await mkdtemp(join(tmpdir(), HOME_PREFIX));
  claimHome(home);
  const password = randomBytes(24).toString('base64url');
  const start = () =>
    startServerProcess(binaries.postgres, { home, runAs, maxConnections: options.maxConnections ?? 200 });
  try {
    await createCluster(binaries.initdb, { home, password, runAs });
    return serverAt(home, password, { first: await start(), start });
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

interface Lives {
  readonly first: ServerProcess;
  start(): Promise<ServerProcess>;
}

function serverAt(home: string, password: string, { first, start }: Lives): Postgres {
  let server = first;
  const databases = databasesAt(
    (database, role = { name: SUPERUSER, password }) =>
      `postgres://${role.name}:${encodeURIComponent(role.password)}@/${database}?host=${encodeURIComponent(home)}`,
  );
  return {
    ...databases,
    socketDirectory: home,
    get pid() {
      return server.pid;
    },
    kill: () => server.kill(),
    startAgain: async () => {
      server = await startPatiently(start);
    },
    stop: async () => {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The backends of a killed server hold on to its shared memory until they notice that it is gone. */
async function startPatiently(start: () => Promise<ServerProcess>): Promise<ServerProcess> {
  for (const endMs = Date.now() + START_AGAIN_WITHIN_MS; ; await delay(50)) {
    try {
      return await start();
    } catch (error) {
      if (Date.now() > endMs) throw error;
    }
  }
}
