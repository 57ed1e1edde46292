import { type JobQueueOptions, openQueue, openWorker } from '@blastradius/nest-kit';
import type { AuditCheckpoints } from './audit-checkpoints.ts';

const NAME = 'audit-checkpoints';
const EVERY_MS = 5000;

/** One checkpoint every few seconds, by the job scheduler; also after a restart. */
export async function startAuditCheckpoints(
  jobs: Omit<JobQueueOptions, 'name'>,
  checkpoints: AuditCheckpoints,
): Promise<{ stop(): Promise<void> }> {
  const queue = await openQueue<Record<string, never>>({ ...jobs, name: NAME });
  const worker = await openWorker<Record<string, never>>({
    ...jobs,
    name: NAME,
    handle: async () => checkpoints.write(),
  });
  await queue.repeat('every-few-seconds', EVERY_MS, {});
  return {
    stop: async () => {
      await worker.onApplicationShutdown();
      await queue.onApplicationShutdown();
      // The last records of this run are pinned down as well.
      checkpoints.write();
    },
  };
}
