import { z } from 'zod';
import { pageLimit } from '../feed/feed.schema.ts';

const LIMIT_DEFAULT = 20;

export const searchQuery = z.object({
  q: z.string().trim().min(1).max(500),
  type: z.enum(['posts', 'comments', 'all']).default('all'),
  limit: pageLimit(LIMIT_DEFAULT),
});
export type SearchQuery = z.infer<typeof searchQuery>;
