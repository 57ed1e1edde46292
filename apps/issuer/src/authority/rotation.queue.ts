import { type JobQueue, type JobQueueOptions, openQueue, openWorker } from '@blastradius/nest-kit';
import type { AuthorityRotation } from './authority-rotation.ts';

type RotationJob = Record<string, never>;

export interface RotationSchedule {
  stop(): Promise<void>;
}

/**
 * Runs a rotation once a period, by one of the issuers that share the queue, and finishes one
 * that an earlier process left half done.
 */
export async function scheduleRotation(
  queueOptions: Omit<JobQueueOptions, 'name'>,
  rotation: AuthorityRotation,
  rotationSeconds: number,
): Promise<RotationSchedule> {
  const options = { ...queueOptions, name: 'authority-rotation' };
  const queue: JobQueue<RotationJob> = await openQueue(options);
  const worker = await openWorker<RotationJob>({ ...options, handle: () => rotation.rotate() });
  await queue.repeat('authority-rotation', Math.ceil(rotationSeconds * 1000), {});
  const dueAt = await rotation.activationDueAt();
  if (dueAt !== null) await queue.add({}, { id: `resume-${dueAt.getTime()}` });
  return {
    stop: async () => {
      rotation.stop();
      await worker.onApplicationShutdown();
      await queue.onApplicationShutdown();
    },
  };
}
