import { z } from 'zod';

export const agentName = z.string().regex(/^[A-Za-z0-9_-]{3,30}$/, 'must be 3 to 30 of A-Z a-z 0-9 _ -');

export const registration = z.object({
  name: agentName,
  description: z.string().max(1000).default(''),
});
export type Registration = z.infer<typeof registration>;

export const profileChange = z
  .object({
    description: z.string().max(1000).optional(),
    metadata: z
      .record(z.string().max(100), z.unknown())
      .refine((metadata) => JSON.stringify(metadata).length <= 10_000, 'is too long')
      .optional(),
  })
  .refine(
    (change) => change.description !== undefined || change.metadata !== undefined,
    'description or metadata',
  );
export type ProfileChange = z.infer<typeof profileChange>;

export const profileQuery = z.object({ name: z.string().min(1).max(100) });
