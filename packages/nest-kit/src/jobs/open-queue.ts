import { createPostgresBackend, type JobsOptions, Queue } from 'bullmq';
import type { Logger } from 'pino';
import { jobBackend } from './job-backend.ts';

export interface JobQueueOptions {
  /** `postgres://` or `redis://`. */
  readonly url: string;
  readonly name: string;
  /** Keeps the queues of several owners apart in one Redis; BullMQ's own default where it is left out. */
  readonly prefix?: string;
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
  /** The same id is queued once: adding it again changes nothing. */
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

export async function openQueue<Payload extends object>({
  url,
  name,
  prefix = 'bull',
  logger,
}: JobQueueOptions): Promise<JobQueue<Payload>> {
  const backend = jobBackend(url);
  const queue =
    backend.kind === 'redis'
      ? new Queue(name, { prefix, connection: backend.connection })
      : new Queue(name, { prefix, connection: backend.connection }, createPostgresBackend);
  queue.on('error', (err) => logger.error({ err, queue: name }, 'queue failed'));
  await queue.waitUntilReady();
  return {
    add: async (payload, options = {}) => {
      await queue.add(name, payload, jobOptions(options));
    },
    repeat: async (schedulerId, everyMs, payload) => {
      await queue.upsertJobScheduler(
        schedulerId,
        { every: everyMs },
        { name, data: payload, opts: { removeOnComplete: true, removeOnFail: 10 } },
      );
    },
    onApplicationShutdown: () => queue.close(),
  };
}

function jobOptions({ id, attempts = 1, backoffMs = 0 }: AddJobOptions): JobsOptions {
  return {
    ...(id === undefined ? {} : { jobId: id }),
    attempts,
    backoff: { type: 'fixed', delay: backoffMs },
    removeOnComplete: 1000,
    removeOnFail: 1000,
  };
}
