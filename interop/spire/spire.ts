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
  /** One identity for whatever runs as the user who runs the tests; its SVIDs live so long. Returns the entry's ID. */
  register(path: string, options: Registration): Promise<string>;
  /** The server's own, for its operator. */
  readonly adminSocket: string;
  /** What an operator orders there. */
  readonly order: Order;
  stop(): Promise<void>;
}

interface Registration {
  readonly hint: string;
  readonly ttlSeconds: number;
}

export interface SpireSettings {
  readonly trustDomain?: string;
  readonly bundleEndpoint?: {
    readonly port: number;
    /** Of the web where it is given; else https_spiffe. */
    readonly certificate?: { readonly certificateFile: string; readonly keyFile: string };
    readonly refreshHintSeconds: number;
  };
  /** PEM of the CAs that the server believes of the web. */
  readonly webAuthoritiesFile?: string;
}

export const TRUST_DOMAIN = 'spire.test';

export async function startSpire(
  programs: SpirePrograms,
  settings: SpireSettings = {},
): Promise<RunningSpire> {
  const { trustDomain = TRUST_DOMAIN } = settings;
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
    started.push(await startServer(programs.server, { folder, port, database, settings }));
    await healthy(order);
    started.push(await startAgent(programs.agent, { folder, port, order, trustDomain }));
    return {
      socketPath: join(folder, 'agent.sock'),
      register: async (path, { hint, ttlSeconds }) => {
        const entry = {
          parentID: nodeIdOf(trustDomain),
          spiffeID: `spiffe://${trustDomain}${path}`,
          selector: `unix:uid:${process.getuid?.()}`,
          x509SVIDTTL: String(ttlSeconds),
          hint,
        };
        const answer = await order(['entry', 'create'], { ...entry, output: 'json' });
        return JSON.parse(answer).results[0].entry.id;
      },
      order,
      adminSocket: join(folder, 'server.sock'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

export type Order = (
  command: readonly string[],
  options?: Readonly<Record<string, string>>,
) => Promise<string>;

/** What an operator tells the server on its own socket. */
function orders(server: string, socketPath: string): Order {
  return async (command, options = {}) => {
    const flags = Object.entries({ socketPath, ...options }).flatMap(([name, value]) => [`-${name}`, value]);
    return (await run(server, [...command, ...flags], { timeout: 20_000 })).stdout;
  };
}

function nodeIdOf(trustDomain: string): string {
  return `spiffe://${trustDomain}/node`;
}

interface ServerPlace {
  readonly folder: string;
  readonly port: number;
  readonly database: string;
  readonly settings: SpireSettings;
}

async function startServer(program: string, { folder, port, database, settings }: ServerPlace) {
  const config = join(folder, 'server.json');
  const server = {
    bind_address: '127.0.0.1',
    bind_port: String(port),
    socket_path: join(folder, 'server.sock'),
    trust_domain: settings.trustDomain ?? TRUST_DOMAIN,
    data_dir: await newFolder(folder, 'server'),
    log_level: 'ERROR',
    ca_ttl: '1h',
    default_x509_svid_ttl: '10m',
    default_jwt_svid_ttl: '5m',
    ...federationOf(settings),
  };
  const plugins = {
    DataStore: { sql: { plugin_data: { database_type: 'postgres', connection_string: database } } },
    NodeAttestor: { join_token: { plugin_data: {} } },
    KeyManager: { memory: { plugin_data: {} } },
  };
  await writeFile(config, JSON.stringify({ server, plugins }), { mode: 0o600 });
  const { webAuthoritiesFile } = settings;
  return startProcess(
    program,
    ['run', '-config', config],
    webAuthoritiesFile === undefined ? {} : { SSL_CERT_FILE: webAuthoritiesFile },
  );
}

function federationOf({ bundleEndpoint }: SpireSettings) {
  if (bundleEndpoint === undefined) return {};
  const { port, certificate, refreshHintSeconds } = bundleEndpoint;
  const files = certificate && {
    cert_file_path: certificate.certificateFile,
    key_file_path: certificate.keyFile,
    file_sync_interval: '1h',
  };
  const profile = files ? { https_web: { serving_cert_file: files } } : { https_spiffe: {} };
  const endpoint = { address: '127.0.0.1', port, refresh_hint: `${refreshHintSeconds}s`, profile: [profile] };
  return { federation: { bundle_endpoint: endpoint } };
}

interface AgentPlace {
  readonly folder: string;
  readonly port: number;
  readonly order: Order;
  readonly trustDomain: string;
}

async function startAgent(program: string, { folder, port, order, trustDomain }: AgentPlace) {
  const bundle = join(folder, 'bundle.pem');
  await writeFile(bundle, await order(['bundle', 'show']));
  const token = /^Token: (\S+)$/m.exec(
    await order(['token', 'generate'], {
      spiffeID: nodeIdOf(trustDomain),
    }),
  )?.[1];
  if (token === undefined) throw new Error('spire-server gave no join token');
  const config = join(folder, 'agent.json');
  const agent = {
    server_address: '127.0.0.1',
    server_port: String(port),
    socket_path: join(folder, 'agent.sock'),
    trust_domain: trustDomain,
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
function startProcess(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): () => Promise<void> {
  const stdio = ['ignore', 'inherit', 'inherit'] as const;
  const child = spawn(program, [...args], { stdio: [...stdio], env: { ...process.env, ...env } });
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
