import { createPostgresBackend, Worker } from 'bullmq';
import { closeSoon, openPatiently } from './await-jobs.ts';
import { DEFAULT_PREFIX, jobBackend, queueNameOn } from './job-backend.ts';
import { type EndedJob, JOBS_WAIT_MS, type JobQueueOptions } from './open-queue.ts';

export interface JobWorkerOptions<Payload> extends JobQueueOptions {
  readonly concurrency?: number;
  /** A worker that died holding a job gives it back after this long; also how often that is looked for. */
  readonly lockMs?: number;
  /** May run again for the same job (after a crash): it has to be idempotent. */
  handle(payload: Payload): Promise<void>;
}

/** As a Nest provider it closes with the app: the job under way finishes first. */
export interface JobWorker {
  onApplicationShutdown(): Promise<void>;
}

/** After an error the next job is looked for this soon; BullMQ's own 15 seconds are a long time to stand still. */
const RETRY_DELAY_MS = 500;
/** A job under way finishes first, if it is one of ours: they take well below a second. */
const JOB_ENDS_WITHIN_MS = 2000;

export async function openWorker<Payload extends object>(
  options: JobWorkerOptions<Payload>,
): Promise<JobWorker> {
  const { name, logger, waitMs = JOBS_WAIT_MS } = options;
  const worker = await openPatiently(waitMs, () => connectWorker(options));
  worker.run().catch((err) => logger.error({ err, queue: name }, 'worker stopped'));
  return { onApplicationShutdown: () => closeSoon(() => worker.close(), JOB_ENDS_WITHIN_MS) };
}

function connectWorker<Payload extends object>(options: JobWorkerOptions<Payload>) {
  const { url, name, prefix = DEFAULT_PREFIX, logger, concurrency = 1, lockMs = 5000 } = options;
  const backend = jobBackend(url);
  const full = queueNameOn(backend.kind, name, prefix);
  const process = observed(options);
  const settings = {
    prefix,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    // A handful of crashes must not fail a job for good: BullMQ counts each as a stall.
    maxStalledCount: 20,
    runRetryDelay: RETRY_DELAY_MS,
    autorun: false,
  };
  const worker =
    backend.kind === 'redis'
      ? new Worker(full, process, { ...settings, connection: backend.connection })
      : new Worker(full, process, { ...settings, connection: backend.connection }, createPostgresBackend);
  worker.on('error', (err) => logger.error({ err, queue: name }, 'worker failed'));
  worker.on('failed', (job, err) => logger.error({ err, queue: name, jobId: job?.id }, 'job failed'));
  return worker;
}

function observed<Payload extends object>({ name, handle, onJobEnd }: JobWorkerOptions<Payload>) {
  return async ({ data }: { data: Payload }): Promise<void> => {
    const startedAt = performance.now();
    const end = (outcome: EndedJob['outcome']) =>
      onJobEnd?.({ queue: name, outcome, seconds: (performance.now() - startedAt) / 1000 });
    try {
      await handle(data);
    } catch (error) {
      end('failed');
      throw error;
    }
    end('done');
  };
}
