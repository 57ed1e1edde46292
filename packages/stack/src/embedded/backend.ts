import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { startChild } from '../process/child.ts';
import { type Supervised, supervise } from '../process/supervised.ts';
import { ComponentFailed } from '../stack.errors.ts';
import { databaseSuffix } from '../world/world-setting.ts';
import type { EmbeddedSetting } from './embedded-setting.ts';
import type { Postgres } from './postgres/postgres.ts';
import { findPostgrest } from './postgrest/binary.ts';
import {
  hasRowsByIdentity,
  keysFileOf,
  leavePid,
  rowLevelSecurity,
  verifyingEnvironment,
} from './rows-by-identity.ts';

/** The hosted backend that was left open: a database, PostgREST on it, and the key gateway. */
export interface Backend {
  readonly url: string;
  readonly publishableKey: string;
  /** The gateway's own, for agents that ask it. */
  readonly certificatePem: string;
  /** For the network: it owns the tables. */
  readonly databaseUrl: string;
  /** Runs SQL as the backend's administrator: the incident's fixes. */
  administer(sql: string): Promise<void>;
  /** Reads what is really there. */
  inspect<Row extends object>(sql: string): Promise<Row[]>;
  /** Starts PostgREST, once the network has made its tables. */
  openRest(): Promise<void>;
  stop(): Promise<void>;
}

const password = () => randomBytes(18).toString('base64url');

/** The roles that Supabase's key gateway knows; they belong to the server, not to one database. */
export async function createApiRoles(postgres: Postgres): Promise<void> {
  await postgres.query(
    'postgres',
    'create role anon nologin; create role authenticated nologin; create role service_role nologin bypassrls;',
  );
}

/** Default privileges as Supabase sets them up, row-level security off. */
function defaultsOf(owner: string): string {
  const granted = `anon, authenticated, service_role`;
  return `
    grant usage on schema public to ${granted};
    alter default privileges for role ${owner} in schema public grant all on tables to ${granted};
    alter default privileges for role ${owner} in schema public grant all on sequences to ${granted};
    alter schema public owner to ${owner};
  `;
}

export async function startBackend(setting: EmbeddedSetting): Promise<Backend> {
  const suffix = databaseSuffix(setting.arm);
  const [owner, authenticator] = [`network_${suffix}`, `authenticator_${suffix}`];
  const [ownerPassword, authenticatorPassword] = [password(), password()];
  const database = `moltbook_${suffix}`;
  const { postgres } = setting;
  await postgres.query(
    'postgres',
    `create role ${owner} login password '${ownerPassword}';
     create role ${authenticator} noinherit login password '${authenticatorPassword}';
     grant anon, authenticated, service_role to ${authenticator};`,
  );
  await postgres.createDatabase(database, owner);
  await postgres.query(database, defaultsOf(owner));

  const publishableKey = `sb_publishable_FAKE${password()}`;
  const jwtSecret = password() + password();
  const postgrestSocket = join(setting.socketFolder, 'postgrest.sock');
  const gateway = await startGateway(setting, { publishableKey, jwtSecret, postgrestSocket });
  let rest: { stop(): Promise<void> } | undefined;
  return {
    url: gateway.ready.url ?? '',
    publishableKey,
    certificatePem: gateway.ready.certificatePem ?? '',
    databaseUrl: postgres.url(database, { name: owner, password: ownerPassword }),
    administer: (sql) => administer(postgres, database, sql),
    inspect: async <Row extends object>(sql: string) => (await postgres.query<Row>(database, sql)).rows,
    openRest: async () => {
      if (hasRowsByIdentity(setting)) {
        await administer(postgres, database, rowLevelSecurity(setting, authenticator));
        await untilThere(keysFileOf(setting));
      }
      rest = await startPostgrest(setting, {
        databaseUrl: postgres.url(database, { name: authenticator, password: authenticatorPassword }),
        socket: postgrestSocket,
        jwtSecret,
      });
    },
    stop: async () => void (await Promise.all([gateway.stop(), rest?.stop()])),
  };
}

const DEADLOCK_DETECTED = '40P01';

/** A change of many tables may meet the network's own locks the wrong way round; it is then made again. */
async function administer(postgres: Postgres, database: string, sql: string, attempts = 10): Promise<void> {
  try {
    await postgres.query(database, sql);
  } catch (error) {
    const isDeadlock = error instanceof Error && 'code' in error && error.code === DEADLOCK_DETECTED;
    if (!isDeadlock || attempts <= 1) throw error;
    await administer(postgres, database, sql, attempts - 1);
  }
}

function startGateway(
  setting: EmbeddedSetting,
  keys: { publishableKey: string; jwtSecret: string; postgrestSocket: string },
): Promise<Supervised> {
  return supervise({
    name: 'data-api',
    record: setting.record,
    start: async (onEvent, previous) =>
      startChild({
        name: 'data-api',
        command: process.execPath,
        args: [setting.apps['data-api']],
        logFile: join(setting.logFolder, 'data-api.log'),
        onEvent,
        env: {
          PORT: previous?.url ? new URL(previous.url).port : '0',
          POSTGREST_SOCKET: keys.postgrestSocket,
          POSTGREST_JWT_SECRET: keys.jwtSecret,
          PUBLISHABLE_KEY: keys.publishableKey,
          CALLER_TOKENS: hasRowsByIdentity(setting) ? 'pass' : 'drop',
          SECRET_KEY: `sb_secret_FAKE${password()}`,
          LEDGER_FILE: join(setting.ledgerFolder, 'data-api.jsonl'),
        },
      }),
  });
}

async function startPostgrest(
  setting: EmbeddedSetting,
  options: { databaseUrl: string; socket: string; jwtSecret: string },
): Promise<{ stop(): Promise<void> }> {
  const binary = await findPostgrest();
  const child = startChild({
    name: 'postgrest',
    command: binary,
    args: [],
    logFile: join(setting.logFolder, 'postgrest.log'),
    env: {
      PGRST_DB_URI: options.databaseUrl,
      PGRST_DB_SCHEMAS: 'public',
      PGRST_DB_ANON_ROLE: 'anon',
      // Supabase's default page cap.
      PGRST_DB_MAX_ROWS: '1000',
      PGRST_DB_POOL: '10',
      PGRST_JWT_SECRET: options.jwtSecret,
      ...(hasRowsByIdentity(setting) ? verifyingEnvironment(setting) : {}),
      PGRST_SERVER_UNIX_SOCKET: options.socket,
      PGRST_SERVER_UNIX_SOCKET_MODE: '600',
    },
  });
  leavePid(setting, child.pid);
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  for (let attempt = 0; attempt < 150 && !ended; attempt++) {
    if (await answers(options.socket)) return child;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await child.stop();
  throw new ComponentFailed(
    `PostgREST did not start; its log is ${join(setting.logFolder, 'postgrest.log')}`,
  );
}

async function untilThere(file: string): Promise<void> {
  for (let attempt = 0; !existsSync(file); attempt++) {
    if (attempt === 300) throw new ComponentFailed(`${file}, which the sidecar writes, is not there`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** PostgREST serves its socket before its schema cache is there; 503 means "not yet". */
function answers(socket: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const connection = createConnection(socket, () =>
    connection.write('HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'),
  );
  connection.once('data', (chunk) => resolve(/^HTTP\/1\.1 200/.test(chunk.toString())));
  connection.once('error', () => resolve(false));
  connection.once('close', () => resolve(false));
  return promise.finally(() => connection.destroy());
}
