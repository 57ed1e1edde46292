import { type JobQueueOptions, openQueue, openWorker } from '@blastradius/nest-kit';
import type { KeyResetCampaigns } from './key-reset-campaigns.ts';
import { KeyRotations } from './key-rotations.ts';

const NAME = 'key-rotation';

interface Tick {
  readonly overlapSeconds: number;
}

/** Each tick of the job scheduler is a campaign, whose batches are the jobs that a reset's are. */
export async function openKeyRotations(
  jobs: Omit<JobQueueOptions, 'name'>,
  campaigns: KeyResetCampaigns,
): Promise<KeyRotations & AsyncDisposable> {
  const queue = await openQueue<Tick>({ ...jobs, name: NAME });
  const worker = await openWorker<Tick>({
    ...jobs,
    name: NAME,
    handle: async ({ overlapSeconds }) => void (await campaigns.start({ kind: 'rotation', overlapSeconds })),
  });
  return {
    start: ({ periodSeconds, overlapSeconds }) =>
      queue.repeat('once-a-period', Math.round(periodSeconds * 1000), { overlapSeconds }),
    [Symbol.asyncDispose]: async () => {
      await worker.onApplicationShutdown();
      await queue.onApplicationShutdown();
    },
  };
}
