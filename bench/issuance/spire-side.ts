import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildClient } from '../../interop/build-client.ts';
import { goTool } from '../../interop/go-tools.ts';
import { freePort, startEmbeddedPostgres } from '../../packages/testkit/src/index.ts';
import type { Session } from '../harness/bench.ts';
import { cpuSecondsOf, startedBy } from '../harness/cpu-time.ts';
import type { AskForAWhile } from './end-to-end.ts';

const trustDomain = 'spire.test';

/** A spire-server with its PostgreSQL, and Go's client of its API beside it. */
export interface RunningSpire {
  readonly ask: AskForAWhile;
  stop(): Promise<void>;
}

interface SpireLoad {
  readonly clients: number;
  readonly csrs: readonly string[];
  readonly batchSize: number;
  readonly hosts: number;
}

/** Undefined where SPIRE or the client can't be built; the report then says so. */
export async function startSpireSide(session: Session, load: SpireLoad): Promise<RunningSpire | undefined> {
  if (session.quick) return undefined;
  const program = await findServer();
  const client = program && (await buildSpireClient());
  if (program === undefined || client === undefined) {
    session.skip('spire-server', 'it or the client of its API could not be built with Go here');
    return undefined;
  }
  session.say('starting spire-server ...');
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'bench-spire-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const database = await startedBy(startEmbeddedPostgres);
  started.defer(() => database.result.stop());
  const address = await database.result.createDatabase('spire');
  const port = await freePort();
  const config = join(folder, 'server.json');
  await writeFile(config, serverConfig({ folder, port, database: address }), { mode: 0o600 });
  const server = startChild(program, ['run', '-config', config]);
  started.defer(() => server.stop());
  const orders = join(folder, 'orders.json');
  const socket = join(folder, 'server.sock');
  await writeFile(orders, JSON.stringify({ socket, address: `127.0.0.1:${port}`, trustDomain, ...load }));
  const asking = await startSpireClient(client, orders);
  started.defer(() => asking.stop());
  const pids = [server.pid, ...database.pids];
  const running = started.move();
  return { ask: (seconds) => measured(pids, () => asking.ask(seconds)), stop: () => running.disposeAsync() };
}

async function measured(pids: readonly number[], ask: () => Promise<{ svids: number; seconds: number }>) {
  const before = cpuSecondsOf(pids);
  return { ...(await ask()), cpuSeconds: cpuSecondsOf(pids) - before };
}

function findServer(): Promise<string | undefined> {
  // The plugin for EJBCA needs a module that not every proxy serves, and nobody here uses it.
  const without = { file: 'pkg/server/catalog/upstreamauthority.go', word: 'ejbca' };
  const version = 'v1.15.3';
  return goTool({ module: 'github.com/spiffe/spire', version, package: 'cmd/spire-server', without });
}

async function buildSpireClient(): Promise<string | undefined> {
  const built = await buildClient({
    name: 'spire-load',
    toolchain: [{ program: 'go', versionArgs: ['version'], oldest: '1.25' }],
    folder: join(import.meta.dirname, 'spire-client'),
    sources: ['go.mod', 'go.sum', 'main.go', 'agent.go', 'load.go'],
    steps: (into) => [['go', 'build', '-mod=readonly', '-o', join(into, 'client'), '.']],
  });
  return built && join(built, 'client');
}

interface ServerSetting {
  readonly folder: string;
  readonly port: number;
  readonly database: string;
}

/** Its defaults where they matter, but no rate limit: of itself it signs 500 a second for one address. */
function serverConfig({ folder, port, database }: ServerSetting): string {
  const connection = `${database}${database.includes('?') ? '&' : '?'}sslmode=disable`;
  const server = {
    bind_address: '127.0.0.1',
    bind_port: String(port),
    socket_path: join(folder, 'server.sock'),
    trust_domain: trustDomain,
    data_dir: folder,
    // Until it sees the entries, each try to have an SVID is an error to it.
    log_level: 'FATAL',
    ca_ttl: '24h',
    ca_key_type: 'ec-p256',
    ratelimit: { attestation: false, signing: false },
  };
  const plugins = {
    DataStore: { sql: { plugin_data: { database_type: 'postgres', connection_string: connection } } },
    NodeAttestor: { join_token: { plugin_data: {} } },
    KeyManager: { memory: { plugin_data: {} } },
  };
  return JSON.stringify({ server, plugins });
}

/** With its lines read, or its output nowhere: what nobody reads would stop it as soon as the pipe is full. */
function startChild(program: string, args: readonly string[]) {
  const child = spawn(program, [...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdout.resume();
  const ended = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
  };
  if (child.pid === undefined) throw new Error(`${program} could not be started`);
  return { child, pid: child.pid, stop };
}

/** It says that it is ready when all entries are seen, and then answers each line with a line. */
async function startSpireClient(program: string, orders: string) {
  const { child, stop } = startChild(program, [orders]);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the client of spire-server has ended');
    return JSON.parse(value);
  };
  await next();
  return {
    stop,
    ask: async (seconds: number) => {
      child.stdin.write(`${seconds}\n`);
      return (await next()) as { svids: number; seconds: number };
    },
  };
}
