import { readFile, rename, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { WorkloadApiLogger } from '@blastradius/workload-api';
import { JoinTokenMissing } from './issuer-client.errors.ts';

/** A text that stands in the environment, or in a file that its operator fills. */
export type Supplied = { readonly value: string } | { readonly file: string };

/** Where one-time join tokens come from. */
export interface JoinTokens {
  /** Resolves with a token that was not taken before. Rejects with `JoinTokenMissing`. */
  take(): Promise<string>;
  /** Whether another one comes after one that was used up. */
  readonly areRefilled: boolean;
}

const WAIT_MS_MAX = 60_000;
const LOOK_EVERY_MS = 200;

/** The one token of the environment, or those that the operator lays into the file one after another. */
export function openJoinTokens(supplied: Supplied, logger: WorkloadApiLogger): JoinTokens {
  if ('value' in supplied) return { areRefilled: false, take: async () => supplied.value };
  const { file } = supplied;
  return { areRefilled: true, take: () => onceThere(file, () => takeAway(file), logger) };
}

/** The text as it is now; a file that is not there yet is waited for. */
export async function readSupplied(supplied: Supplied, logger: WorkloadApiLogger): Promise<string> {
  if ('value' in supplied) return supplied.value;
  return onceThere(supplied.file, () => readFile(supplied.file, 'utf8'), logger);
}

/**
 * Takes the file away, so that the operator sees that a new token is wanted. Renamed before it is read:
 * a token that is laid there meanwhile is not lost.
 */
async function takeAway(file: string): Promise<string> {
  const taken = `${file}.taken`;
  await rename(file, taken);
  const token = await readFile(taken, 'utf8');
  await rm(taken);
  return token;
}

async function onceThere(
  file: string,
  read: () => Promise<string>,
  logger: WorkloadApiLogger,
): Promise<string> {
  for (let waitedMs = 0; waitedMs < WAIT_MS_MAX; waitedMs += LOOK_EVERY_MS) {
    try {
      return (await read()).trim();
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) {
        throw new JoinTokenMissing(`${file} can't be read and taken away`, { cause });
      }
    }
    if (waitedMs === 0) logger.info({ file }, 'waits for the operator to fill a file');
    await delay(LOOK_EVERY_MS);
  }
  throw new JoinTokenMissing(
    `${file} was not filled within ${WAIT_MS_MAX / 1000} s: is the operator running?`,
  );
}
