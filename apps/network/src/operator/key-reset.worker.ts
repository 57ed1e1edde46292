import { type JobQueueOptions, type JobWorker, openWorker } from '@blastradius/nest-kit';
import { KEY_RESET_QUEUE } from './key-reset.queue.ts';
import type { KeyResetBatch } from './key-reset-jobs.ts';
import type { ResetKeys } from './reset-keys.ts';

export function startKeyResetWorker(
  jobs: Omit<JobQueueOptions, 'name'>,
  resetKeys: ResetKeys,
): Promise<JobWorker> {
  return openWorker<KeyResetBatch>({
    ...jobs,
    name: KEY_RESET_QUEUE,
    handle: (batch) => resetKeys.execute(batch),
  });
}
