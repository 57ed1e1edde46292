import { z } from 'zod';
import { hasOneProvenance, oneProvenance, provenanceShape } from './sourced.ts';

export const timelineEvent = z
  .strictObject({
    minute: z.number(),
    event: z.enum(['contact', 'report', 'fix', 'write-access-found', 'tables-found', 'key-reset', 'contain']),
    action: z
      .enum(['deny-entry', 'force-rotation', 'revoke-authority'])
      .optional()
      .describe('of `contain`: what operators of an identity arm do; key arms have `key-reset`'),
    agents: z
      .int()
      .min(1)
      .optional()
      .describe('of `deny-entry`: so many agents, the first of the population; all where it is left out'),
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
    params: { suggestion: 'give the fix its file below the folder, or take it from what is no fix' },
  })
  .refine((entry) => (entry.event === 'contain') === (entry.action !== undefined), {
    message: '`contain` needs an `action`, and nothing else has one',
    path: ['action'],
    params: { suggestion: 'add "action: revoke-authority", or "event: contain"' },
  })
  .refine((entry) => entry.agents === undefined || entry.action === 'deny-entry', {
    message: 'only `deny-entry` is for some agents alone',
    path: ['agents'],
    params: { suggestion: 'leave it out: a key has signed for all of them' },
  })
  .refine((entry) => entry.event !== 'fix' || entry.id !== undefined, {
    message: 'a fix needs an `id`',
    path: ['id'],
    params: { suggestion: 'add "id: fix-1"' },
  });
export type TimelineEvent = z.output<typeof timelineEvent>;

export const timeline = z.array(timelineEvent).superRefine((entries, context) => {
  const refuse = (message: string, suggestion: string, path: (string | number)[] = []) =>
    context.addIssue({ code: 'custom', message, path, params: { suggestion } });
  const indexesOf = (event: TimelineEvent['event']) =>
    entries.flatMap((entry, index) => (entry.event === event ? [index] : []));
  const [report, ...furtherReports] = indexesOf('report');
  if (report === undefined) refuse('needs a `report`', 'add an entry with "event: report" and "minute: 0"');
  else if (entries[report]?.minute !== 0) {
    refuse('the report is minute 0', 'count all minutes from the report', [report, 'minute']);
  }
  for (const again of furtherReports)
    refuse('a leak is reported once', 'call it "contact"', [again, 'event']);
  for (const again of indexesOf('key-reset').slice(1)) {
    refuse('keys are reset at most once', 'keep the first', [again, 'event']);
  }
  for (const [index, { minute }] of entries.entries()) {
    const before = entries[index - 1]?.minute ?? Number.NEGATIVE_INFINITY;
    if (minute >= before) continue;
    const message = `minute ${minute} stands behind minute ${before}`;
    refuse(message, 'sort the entries by minute', [index, 'minute']);
  }
});
