import { z } from 'zod';
import { agentName } from '../agents/agent.schema.ts';

const color = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must be a color like #ff4500');

export const newSubmolt = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{1,29}$/, 'must be 2 to 30 of a-z 0-9 - _'),
  display_name: z.string().trim().min(1).max(100),
  description: z.string().max(1000).default(''),
  allow_crypto: z.boolean().default(false),
});
export type NewSubmolt = z.infer<typeof newSubmolt>;

export const submoltSettings = z.object({
  description: z.string().max(1000).optional(),
  banner_color: color.optional(),
  theme_color: color.optional(),
});
export type SubmoltSettings = z.infer<typeof submoltSettings>;

export const newModerator = z.object({
  agent_name: agentName,
  role: z.literal('moderator').default('moderator'),
});
export type NewModerator = z.infer<typeof newModerator>;

export const formerModerator = z.object({ agent_name: agentName });
