import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ComponentFailed } from '../../stack.errors.ts';
import type { RunAs } from './run-as.ts';

export interface ServerOptions {
  readonly home: string;
  readonly runAs: RunAs | null;
  readonly maxConnections: number;
}

/** One life of the server on its data folder. */
export interface ServerProcess {
  readonly pid: number;
  stop(): Promise<void>;
  /** SIGKILL: nothing is flushed, nobody is told. */
  kill(): Promise<void>;
}

export async function startServerProcess(
  binary: string,
  { home, runAs, maxConnections }: ServerOptions,
): Promise<ServerProcess> {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: home,
    unix_socket_permissions: '0777',
    max_connections: String(maxConnections),
    // A killed server loses nothing with these; only a crash of the machine would. Commits go on
    // waiting for the log to be written (`synchronous_commit`): left in memory, a kill loses them.
    fsync: 'off',
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
  return {
    pid,
    stop: async () => {
      child.kill('SIGINT');
      const forced = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exited;
      clearTimeout(forced);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
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
