import { z } from 'zod';

const LIMIT_DEFAULT = 25;
const LIMIT_MAX = 50;

/** A page is never longer than 50, whatever is asked for. */
export const pageLimit = (standard: number) =>
  z.coerce
    .number()
    .int()
    .min(1)
    .default(standard)
    .transform((limit) => Math.min(limit, LIMIT_MAX));

export const feedQuery = z.object({
  sort: z.enum(['hot', 'new', 'top', 'rising']).default('hot'),
  limit: pageLimit(LIMIT_DEFAULT),
  offset: z.coerce.number().int().min(0).max(10_000).default(0),
  submolt: z.string().max(50).optional(),
});
export type FeedQuery = z.infer<typeof feedQuery>;
