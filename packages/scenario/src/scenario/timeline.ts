import { z } from 'zod';
import { hasOneProvenance, oneProvenance, provenanceShape } from './sourced.ts';

export const timelineEvent = z
  .strictObject({
    minute: z.number(),
    event: z.enum(['contact', 'report', 'fix', 'write-access-found', 'tables-found', 'key-reset']),
    id: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'must be of a-z, 0-9 and -')
      .optional(),
    title: z.string().min(3),
    apply: z
      .string()
      .regex(/^(?!\/)(?!.*\.\.).+\.sql$/, 'must be an .sql file below the folder of the scenario')
      .optional(),
    ...provenanceShape,
  })
  .refine(hasOneProvenance, oneProvenance)
  .refine((entry) => (entry.event === 'fix') === (entry.apply !== undefined), {
    message: 'a fix needs `apply` (its SQL file), and only a fix has it',
    path: ['apply'],
  })
  .refine((entry) => entry.event !== 'fix' || entry.id !== undefined, {
    message: 'a fix needs an `id`',
    path: ['id'],
  });
export type TimelineEvent = z.output<typeof timelineEvent>;

export const timeline = z
  .array(timelineEvent)
  .refine((entries) => entries.filter((entry) => entry.event === 'report').length === 1, {
    message: 'needs exactly one `report`',
  })
  .refine((entries) => entries.every((entry) => entry.event !== 'report' || entry.minute === 0), {
    message: 'the report is minute 0',
  })
  .refine((entries) => entries.filter((entry) => entry.event === 'key-reset').length <= 1, {
    message: 'knows at most one `key-reset`',
  })
  .refine((entries) => entries.every((entry, i) => entry.minute >= (entries[i - 1]?.minute ?? -Infinity)), {
    message: 'must be in the order of the minutes',
  });
