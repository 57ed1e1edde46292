import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface OpensslSpeed {
  readonly signs: number;
  readonly verifies: number;
}

/** What OpenSSL itself reaches for each second of CPU; undefined where there is none to ask. */
export async function opensslSpeed(seconds: number): Promise<OpensslSpeed | undefined> {
  try {
    const args = ['speed', '-seconds', String(seconds), 'ecdsap256'];
    const { stdout } = await promisify(execFile)('openssl', args);
    const figures = /nistp256\)\s+\S+\s+\S+\s+([\d.]+)\s+([\d.]+)/.exec(stdout);
    return figures === null ? undefined : { signs: Number(figures[1]), verifies: Number(figures[2]) };
  } catch {
    return undefined;
  }
}

/** One verification and one signature: nothing that proves possession and signs is quicker. */
export function verifyAndSign({ signs, verifies }: OpensslSpeed): number {
  return 1 / (1 / signs + 1 / verifies);
}
