import { randomUUID } from 'node:crypto';
import { type JobQueue, type JobQueueOptions, openQueue } from '@blastradius/nest-kit';
import type { KeyResetBatch, KeyResetJobs } from './key-reset-jobs.ts';

export const KEY_RESET_QUEUE = 'key-reset';

export async function openKeyResetQueue(jobs: Omit<JobQueueOptions, 'name'>): Promise<KeyResetQueue> {
  return new KeyResetQueue(await openQueue<KeyResetBatch>({ ...jobs, name: KEY_RESET_QUEUE }));
}

export class KeyResetQueue implements KeyResetJobs {
  readonly #queue: JobQueue<KeyResetBatch>;
  /**
   * Part of the jobs' ids: within one run a batch is queued once; the next run does not wait until
   * the jobs that a killed process held are given back.
   */
  readonly #run = randomUUID();

  constructor(queue: JobQueue<KeyResetBatch>) {
    this.#queue = queue;
  }

  async add(batches: readonly KeyResetBatch[]): Promise<void> {
    for (const batch of batches) {
      const id = `${batch.campaignId}-${batch.batch}-${this.#run}`;
      await this.#queue.add(batch, { id, attempts: 10, backoffMs: 500 });
    }
  }

  close(): Promise<void> {
    return this.#queue.onApplicationShutdown();
  }
}
