import { z } from 'zod';
import type { ArmFacts } from '../run/arm-facts.ts';
import { rounded } from './rounding.ts';

export const incident = z.strictObject({
  minute: z.number(),
  event: z.enum(['process-exited', 'process-restarted']),
  subject: z.string().nullable(),
  detail: z.string(),
});

/** Processes of the range that ended or came back during the run. */
export function listIncidents({ world }: ArmFacts): z.infer<typeof incident>[] {
  return world.flatMap(({ minute, event, subject, detail }) =>
    event === 'process-exited' || event === 'process-restarted'
      ? [{ minute: rounded(minute), event, subject, detail }]
      : [],
  );
}
