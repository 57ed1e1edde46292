import type { Trial } from '@blastradius/matrix';
import { createPostgresBackend, Queue, Worker } from 'bullmq';

/** A trial is begun this often before it is given up. */
const ATTEMPTS = 2;
/** A worker that died holds a trial for so long; ours renews it meanwhile, however long a trial takes. */
const LOCK_MS = 60_000;

export interface TrialJobsOptions {
  /** `postgres://` or `redis://`. */
  readonly url: string;
  /** Keeps the jobs of several matrices apart. */
  readonly queue: string;
  readonly atOnce: number;
  readonly signal: AbortSignal;
  /** Rejects where the trial is worth another attempt; the last one has to end it in any case. */
  play(trial: Trial, attempt: { readonly isLast: boolean }): Promise<void>;
}

/** Each trial is a job with its own id; resolves when all have ended. */
export async function runTrialJobs(
  trials: readonly Trial[],
  { url, queue: name, atOnce, signal, play }: TrialJobsOptions,
): Promise<void> {
  const { queue, worker } = connect(url, name, atOnce, async (trial, attemptsMade) => {
    signal.throwIfAborted();
    const playing = play(trial, { isLast: attemptsMade + 1 >= ATTEMPTS });
    running.add(playing);
    await playing.finally(() => running.delete(playing));
  });
  const running = new Set<Promise<void>>();
  const waiting = new Set(trials.map(({ id }) => id));
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  ended.catch(() => {}); // An abort before anyone waits is told when somebody does.
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  worker.on('completed', (job) => {
    waiting.delete(String(job.id));
    if (waiting.size === 0) resolve();
  });
  let isOver = false;
  worker.on('error', (error) => {
    if (!isOver) process.stderr.write(`blastradius: jobs: ${error.message}\n`);
  });
  try {
    await queue.waitUntilReady();
    for (const [index, trial] of trials.entries()) {
      await queue.add('trial', trial, {
        jobId: trial.id,
        priority: index + 1,
        attempts: ATTEMPTS,
        removeOnComplete: true,
        removeOnFail: true,
      });
    }
    worker.run().catch(reject);
    await ended;
  } finally {
    signal.removeEventListener('abort', abort);
    isOver = true; // Its database may go before its last connection does.
    // A world that is being taken down needs its database until it is gone.
    await Promise.allSettled(running);
    await worker.close(true);
    await queue.close();
  }
}

type Handle = (trial: Trial, attemptsMade: number) => Promise<void>;

function connect(url: string, name: string, concurrency: number, handle: Handle) {
  const process = ({ data, attemptsMade }: { data: Trial; attemptsMade: number }) =>
    handle(data, attemptsMade);
  const settings = {
    concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: LOCK_MS / 2,
    // A matrix that is killed again and again must not lose a trial for it.
    maxStalledCount: 1000,
    autorun: false,
  };
  if (/^rediss?:/.test(url)) {
    const connection = { url, maxRetriesPerRequest: null };
    return {
      queue: new Queue(name, { connection }),
      worker: new Worker(name, process, { ...settings, connection }),
    };
  }
  const connection = { connectionString: url, migrate: true, max: 4 };
  return {
    queue: new Queue(name, { connection }, createPostgresBackend),
    worker: new Worker(name, process, { ...settings, connection }, createPostgresBackend),
  };
}
