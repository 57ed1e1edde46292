import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, startEmbeddedPostgres } from '../../packages/testkit/src/index.ts';
import { goTool } from '../go-tools.ts';

const run = promisify(execFile);
const VERSION = 'v1.15.3';

export interface SpirePrograms {
  readonly server: string;
  readonly agent: string;
}

/** Undefined where they can't be built here; goTool has said why. */
export async function findSpire(): Promise<SpirePrograms | undefined> {
  const module = 'github.com/spiffe/spire';
  const agent = await goTool({ module, version: VERSION, package: 'cmd/spire-agent' });
  // The server's plugin for EJBCA needs a module that not every proxy serves, and nobody here uses it.
  const without = { file: 'pkg/server/catalog/upstreamauthority.go', word: 'ejbca' };
  const server = agent && (await goTool({ module, version: VERSION, package: 'cmd/spire-server', without }));
  return agent && server ? { server, agent } : undefined;
}

/** A SPIRE of its own on loopback: one server, one agent, and what the processes of this user get from it. */
export interface RunningSpire {
  readonly socketPath: string;
  /** One identity for whatever runs as the user who runs the tests; its SVIDs live so long. */
  register(path: string, options: { readonly hint: string; readonly ttlSeconds: number }): Promise<void>;
  stop(): Promise<void>;
}

export const TRUST_DOMAIN = 'spire.test';
const NODE_ID = `spiffe://${TRUST_DOMAIN}/node`;

export async function startSpire(programs: SpirePrograms): Promise<RunningSpire> {
  const started: (() => unknown)[] = [];
  const stop = async () => {
    for (const one of started.splice(0).reverse()) await one();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'spire-'));
    started.push(() => rm(folder, { recursive: true, force: true }));
    const postgres = await startEmbeddedPostgres();
    started.push(() => postgres.stop());
    const port = await freePort();
    const address = await postgres.createDatabase('spire');
    const database = `${address}${address.includes('?') ? '&' : '?'}sslmode=disable`;
    const order = orders(programs.server, join(folder, 'server.sock'));
    started.push(await startServer(programs.server, { folder, port, database }));
    await healthy(order);
    started.push(await startAgent(programs.agent, { folder, port, order }));
    return {
      socketPath: join(folder, 'agent.sock'),
      register: async (path, { hint, ttlSeconds }) => {
        await order(['entry', 'create'], {
          parentID: NODE_ID,
          spiffeID: `spiffe://${TRUST_DOMAIN}${path}`,
          selector: `unix:uid:${process.getuid?.()}`,
          x509SVIDTTL: String(ttlSeconds),
          hint,
        });
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Order = (command: readonly string[], options?: Readonly<Record<string, string>>) => Promise<string>;

/** What an operator tells the server on its own socket. */
function orders(server: string, socketPath: string): Order {
  return async (command, options = {}) => {
    const flags = Object.entries({ socketPath, ...options }).flatMap(([name, value]) => [`-${name}`, value]);
    return (await run(server, [...command, ...flags], { timeout: 20_000 })).stdout;
  };
}

async function startServer(
  program: string,
  { folder, port, database }: { readonly folder: string; readonly port: number; readonly database: string },
) {
  const config = join(folder, 'server.json');
  const server = {
    bind_address: '127.0.0.1',
    bind_port: String(port),
    socket_path: join(folder, 'server.sock'),
    trust_domain: TRUST_DOMAIN,
    data_dir: await newFolder(folder, 'server'),
    log_level: 'ERROR',
    ca_ttl: '1h',
    default_x509_svid_ttl: '10m',
    default_jwt_svid_ttl: '5m',
  };
  const plugins = {
    DataStore: { sql: { plugin_data: { database_type: 'postgres', connection_string: database } } },
    NodeAttestor: { join_token: { plugin_data: {} } },
    KeyManager: { memory: { plugin_data: {} } },
  };
  await writeFile(config, JSON.stringify({ server, plugins }), { mode: 0o600 });
  return startProcess(program, ['run', '-config', config]);
}

async function startAgent(
  program: string,
  { folder, port, order }: { readonly folder: string; readonly port: number; readonly order: Order },
) {
  const bundle = join(folder, 'bundle.pem');
  await writeFile(bundle, await order(['bundle', 'show']));
  const token = /^Token: (\S+)$/m.exec(await order(['token', 'generate'], { spiffeID: NODE_ID }))?.[1];
  if (token === undefined) throw new Error('spire-server gave no join token');
  const config = join(folder, 'agent.json');
  const agent = {
    server_address: '127.0.0.1',
    server_port: String(port),
    socket_path: join(folder, 'agent.sock'),
    trust_domain: TRUST_DOMAIN,
    trust_bundle_path: bundle,
    data_dir: await newFolder(folder, 'agent'),
    join_token: token,
    // Until its entries are there, each call of ours is an error to it.
    log_level: 'FATAL',
  };
  const plugins = {
    NodeAttestor: { join_token: { plugin_data: {} } },
    KeyManager: { memory: { plugin_data: {} } },
    WorkloadAttestor: { unix: { plugin_data: {} } },
  };
  await writeFile(config, JSON.stringify({ agent, plugins }), { mode: 0o600 });
  return startProcess(program, ['run', '-config', config]);
}

/** Returns what ends it. */
function startProcess(program: string, args: readonly string[]): () => Promise<void> {
  const child = spawn(program, [...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = once(child, 'exit');
  return async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
  };
}

async function healthy(order: Order): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await order(['healthcheck']);
      return;
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}

async function newFolder(parent: string, name: string): Promise<string> {
  const folder = join(parent, name);
  await mkdir(folder);
  return folder;
}
