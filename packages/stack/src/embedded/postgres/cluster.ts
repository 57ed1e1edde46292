import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ComponentFailed } from '../../stack.errors.ts';
import type { RunAs } from './run-as.ts';

export const SUPERUSER = 'postgres';

export interface ClusterOptions {
  /** The cluster goes to `data` below it, the server's socket beside that. */
  readonly home: string;
  readonly password: string;
  readonly runAs: RunAs | null;
}

/** Makes a cluster that the superuser enters by password alone. */
export async function createCluster(
  initdb: string,
  { home, password, runAs }: ClusterOptions,
): Promise<void> {
  await chmod(home, 0o711);
  await own(home, runAs);
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

async function own(path: string, runAs: RunAs | null): Promise<void> {
  if (runAs) await chown(path, runAs.uid, runAs.gid);
}
