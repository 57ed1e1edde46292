import { readFile } from 'node:fs/promises';
import { ComponentMissing } from '../../stack.errors.ts';

export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root. As root it therefore runs as the machine's `postgres` user,
 * or as `nobody` where there is none: no account is created on the reader's machine. As anyone
 * else it runs as ourselves (null).
 */
export async function findRunAs(): Promise<RunAs | null> {
  if (process.getuid?.() !== 0) return null;
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const user = users.find((fields) => fields[0] === name);
    if (user) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new ComponentMissing(
    'PostgreSQL refuses to run as root, and there is neither a postgres nor a nobody user',
  );
}
