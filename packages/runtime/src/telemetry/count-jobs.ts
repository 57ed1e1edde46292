import { durations } from './instruments.ts';

export interface EndedJob {
  readonly queue: string;
  readonly outcome: 'done' | 'failed';
  readonly seconds: number;
}

const jobDuration = durations(
  'blastradius.job.duration',
  'Duration of the jobs of a queue, by how they ended.',
);

/** Counts a job that this process has worked on, each attempt by itself. */
export function countJob({ queue, outcome, seconds }: EndedJob): void {
  jobDuration.record(seconds, { 'blastradius.queue': queue, 'blastradius.outcome': outcome });
}
