import { randomUUID } from 'node:crypto';
import { createPostgresBackend, type JobsOptions, Queue } from 'bullmq';
import type { Logger } from 'pino';
import { awaitJobs, closeSoon, openPatiently } from './await-jobs.ts';
import { DEFAULT_PREFIX, jobBackend, queueNameOn } from './job-backend.ts';

export interface JobQueueOptions {
  /** `postgres://` or `redis://`. */
  readonly url: string;
  readonly name: string;
  /** Keeps the queues of several owners apart in one backend; BullMQ's own default where it is left out. */
  readonly prefix?: string;
  /** How long a start or a new job may wait, milliseconds, for a backend that is away. */
  readonly waitMs?: number;
  readonly logger: Logger;
  /** Hears of each attempt at a job that a worker of this process has ended. */
  readonly onJobEnd?: (job: EndedJob) => void;
}

export interface EndedJob {
  readonly queue: string;
  readonly outcome: 'done' | 'failed';
  readonly seconds: number;
}

export interface AddJobOptions {
  /**
   * The same id is queued once: adding it again changes nothing. Where it is left out the job gets one of
   * its own, so that a command sent again over a new connection still adds one job.
   */
  readonly id?: string;
  readonly attempts?: number;
  readonly backoffMs?: number;
}

/** One queue with one kind of payload. As a Nest provider it closes with the app. */
export interface JobQueue<Payload> {
  add(payload: Payload, options?: AddJobOptions): Promise<void>;
  /** From now on, and also after a restart, one such job every `everyMs`. */
  repeat(schedulerId: string, everyMs: number, payload: Payload): Promise<void>;
  onApplicationShutdown(): Promise<void>;
}

export const JOBS_WAIT_MS = 15_000;

export async function openQueue<Payload extends object>(
  options: JobQueueOptions,
): Promise<JobQueue<Payload>> {
  const { name, waitMs = JOBS_WAIT_MS } = options;
  const queue = await openPatiently(waitMs, () => connectQueue(options));
  return {
    add: async (payload, { id = randomUUID(), ...rest } = {}) => {
      await awaitJobs(waitMs, () => queue.add(name, payload, { ...jobOptions(rest), jobId: id }));
    },
    repeat: async (schedulerId, everyMs, payload) => {
      const template = { name, data: payload, opts: { removeOnComplete: true, removeOnFail: 10 } };
      await awaitJobs(waitMs, async () => {
        // On PostgreSQL a scheduler that is set up again while it ticks can lose its next tick.
        const known = await queue.getJobScheduler(schedulerId);
        if (known?.every === everyMs) return;
        await queue.upsertJobScheduler(schedulerId, { every: everyMs }, template);
      });
    },
    onApplicationShutdown: () => closeSoon(() => queue.close()),
  };
}

function connectQueue({ url, name, prefix = DEFAULT_PREFIX, logger }: JobQueueOptions) {
  const backend = jobBackend(url);
  const full = queueNameOn(backend.kind, name, prefix);
  const queue =
    backend.kind === 'redis'
      ? new Queue(full, { prefix, connection: backend.connection })
      : new Queue(full, { prefix, connection: backend.connection }, createPostgresBackend);
  queue.on('error', (err) => logger.error({ err, queue: name }, 'queue failed'));
  return queue;
}

function jobOptions({ attempts = 1, backoffMs = 0 }: Omit<AddJobOptions, 'id'>): JobsOptions {
  return {
    attempts,
    backoff: { type: 'fixed', delay: backoffMs },
    removeOnComplete: 1000,
    removeOnFail: 1000,
  };
}
