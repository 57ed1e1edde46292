import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ComponentFailed } from '../../stack.errors.ts';
import { findPostgres } from './binaries.ts';
import { findRunAs, type RunAs } from './run-as.ts';

/** A throw-away PostgreSQL server, reachable only through a Unix socket in its own folder. */
export interface Postgres {
  /** The folder that holds `.s.PGSQL.5432`. */
  readonly socketDirectory: string;
  readonly pid: number;
  /** A connection string for the database, as the superuser or as the given role. */
  url(database: string, role?: { name: string; password: string }): string;
  /** Creates a database and returns its connection string. */
  createDatabase(name: string, owner?: string): Promise<string>;
  query<Row extends object>(database: string, sql: string): Promise<pg.QueryResult<Row>>;
  stop(): Promise<void>;
}

const SUPERUSER = 'postgres';

/** Makes a cluster in a temporary folder and starts it; `stop` removes the folder. */
export async function startPostgres(options: { maxConnections?: number } = {}): Promise<Postgres> {
  const runAs = await findRunAs();
  const binaries = await findPostgres(runAs);
  const home = await mkdtemp(join(tmpdir(), 'blastradius-pg-'));
  const password = randomBytes(24).toString('base64url');
  try {
    await chmod(home, 0o711);
    await own(home, runAs);
    await initialise(binaries.initdb, home, password, runAs);
    return await start(binaries.postgres, {
      home,
      password,
      runAs,
      maxConnections: options.maxConnections ?? 200,
    });
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

async function own(path: string, runAs: RunAs | null): Promise<void> {
  if (runAs) await chown(path, runAs.uid, runAs.gid);
}

async function initialise(
  initdb: string,
  home: string,
  password: string,
  runAs: RunAs | null,
): Promise<void> {
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await own(passwordFile, runAs);
  const args = [
    `--pgdata=${join(home, 'data')}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ];
  const child = spawn(initdb, args, {
    ...runAs,
    cwd: home,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/bin:/bin' },
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = await once(child, 'close');
  await rm(passwordFile, { force: true });
  if (code !== 0) throw new ComponentFailed(`initdb ended with ${code}: ${stderr.trim().slice(-2000)}`);
}

interface StartOptions {
  readonly home: string;
  readonly password: string;
  readonly runAs: RunAs | null;
  readonly maxConnections: number;
}

async function start(
  binary: string,
  { home, password, runAs, maxConnections }: StartOptions,
): Promise<Postgres> {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: home,
    unix_socket_permissions: '0777',
    max_connections: String(maxConnections),
    // A killed process of ours loses nothing with these; only a crash of the machine would.
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  };
  const args = [
    '-D',
    join(home, 'data'),
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
  // Its own process group: Ctrl-C in the terminal must reach us first, so that we end it in order.
  const child = spawn(binary, args, {
    ...runAs,
    cwd: home,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/bin:/bin' },
  });
  const exited = once(child, 'exit');
  await untilReady(child.stderr, exited);
  const pid = child.pid;
  if (pid === undefined) throw new ComponentFailed('postgres has no process id');

  const url: Postgres['url'] = (database, role = { name: SUPERUSER, password }) =>
    `postgres://${role.name}:${encodeURIComponent(role.password)}@/${database}?host=${encodeURIComponent(home)}`;
  const query: Postgres['query'] = async <Row extends object>(database: string, sql: string) => {
    const client = new pg.Client({ connectionString: url(database) });
    await client.connect();
    try {
      return await client.query<Row>(sql);
    } finally {
      await client.end();
    }
  };
  return {
    socketDirectory: home,
    pid,
    url,
    query,
    createDatabase: async (name, owner) => {
      const quoted = pg.escapeIdentifier(name);
      await query(
        'postgres',
        `create database ${quoted}${owner ? ` owner ${pg.escapeIdentifier(owner)}` : ''}`,
      );
      return url(name);
    },
    stop: async () => {
      child.kill('SIGINT');
      const forced = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exited;
      clearTimeout(forced);
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function untilReady(stderr: NodeJS.ReadableStream, exited: Promise<unknown>): Promise<void> {
  let log = '';
  await Promise.race([
    new Promise<void>((resolve) => {
      stderr.on('data', (chunk: Buffer) => {
        log = (log + chunk.toString()).slice(-4000);
        if (log.includes('ready to accept connections')) resolve();
      });
    }),
    exited.then(() => {
      throw new ComponentFailed(`postgres ended while starting: ${log.trim()}`);
    }),
  ]);
}
