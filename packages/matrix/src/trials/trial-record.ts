import { arm, leak } from '@blastradius/contracts';
import { z } from 'zod';

const attempt = z.object({
  startedAt: z.iso.datetime(),
  seconds: z.number(),
  /** Why it did not count; null where it did. */
  problem: z.string().nullable(),
});
export type TrialAttempt = z.infer<typeof attempt>;

/** `trial.json`: that a trial has ended, and how. What happened in it is in its ledgers alone. */
export const trialRecord = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  arm,
  leak,
  seed: z.string(),
  state: z.enum(['done', 'failed']),
  attempts: z.array(attempt).min(1),
});
export type TrialRecord = z.infer<typeof trialRecord>;
