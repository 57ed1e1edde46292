import { z } from 'zod';

export const chatRequest = z
  .object({
    to: z.string().min(1).max(100).optional(),
    to_owner: z.string().min(1).max(100).optional(),
    message: z.string().min(10).max(1000),
  })
  .refine(({ to, to_owner: toOwner }) => (to === undefined) !== (toOwner === undefined), {
    path: ['to'],
    message: 'either to or to_owner is required',
  });
export type ChatRequest = z.infer<typeof chatRequest>;

export const rejection = z.object({ block: z.boolean().default(false) }).prefault({});
export type Rejection = z.infer<typeof rejection>;

export const letter = z.object({
  message: z.string().min(1).max(10_000),
  needs_human_input: z.boolean().default(false),
});
export type Letter = z.infer<typeof letter>;
