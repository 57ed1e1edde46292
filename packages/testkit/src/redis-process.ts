import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort, untilAnswers } from './loopback-port.ts';
import { pingRedis } from './ping-redis.ts';
import type { Redis } from './start-redis.ts';

export async function findRedisServer(): Promise<string | null> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'redis-server');
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return null;
}

/** The machine's own Redis, on 127.0.0.1 and in a folder of its own. */
export async function startRedisProcess(binary: string, settings: readonly string[]): Promise<Redis> {
  const folder = await mkdtemp(join(tmpdir(), 'blastradius-redis-'));
  const port = await freePort();
  const start = async () => {
    const child = spawn(
      binary,
      ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, ...settings],
      {
        stdio: 'ignore',
      },
    );
    await untilAnswers(() => pingRedis(port));
    return child;
  };
  let child = await start();
  process.once('exit', () => child.kill('SIGKILL'));
  return {
    url: `redis://127.0.0.1:${port}`,
    kill: () => end(child, 'SIGKILL'),
    startAgain: async () => {
      child = await start();
    },
    stop: async () => {
      await end(child, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}
