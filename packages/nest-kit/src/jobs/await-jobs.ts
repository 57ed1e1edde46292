import { setTimeout as delay } from 'node:timers/promises';
import { isConnectionFailure } from '../patience/connection-failure.ts';
import { patiently } from '../patience/patiently.ts';
import { JobsUnavailable } from './jobs.errors.ts';

interface Opened {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Opens a queue or a worker on a backend that may not be there yet. On PostgreSQL a failed start is
 * final for what was opened, so that each attempt opens anew; on Redis the client itself goes on trying.
 */
export async function openPatiently<T extends Opened>(waitMs: number, open: () => T): Promise<T> {
  return awaitJobs(waitMs, async () => {
    const opened = open();
    try {
      await within(waitMs, opened.waitUntilReady());
      return opened;
    } catch (error) {
      await closeSoon(() => opened.close());
      throw error;
    }
  });
}

/** Does what may be done twice, and gives up with `JobsUnavailable` when the backend stays away. */
export async function awaitJobs<T>(waitMs: number, attempt: () => Promise<T>): Promise<T> {
  const endMs = performance.now() + waitMs;
  try {
    return await patiently(waitMs, () => within(endMs - performance.now(), attempt()));
  } catch (cause) {
    if (!isConnectionFailure(cause)) throw cause;
    throw new JobsUnavailable('where jobs are kept can not be reached', { cause });
  }
}

/**
 * Saying goodbye to a Redis that is away, or has just come back, would wait for it. What it holds for us
 * is given back when its lock ends.
 */
export async function closeSoon(close: () => Promise<void>, withinMs = 1000): Promise<void> {
  await Promise.race([close().catch(() => {}), delay(withinMs, undefined, { ref: false })]);
}

/** On Redis a command waits for the connection to come back, however long that takes. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const tooLate = delay(Math.max(0, ms), undefined, { signal: ended.signal }).then(() => {
    throw new JobsUnavailable('where jobs are kept did not answer in time');
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    ended.abort();
    tooLate.catch(() => {});
    work.catch(() => {});
  }
}
