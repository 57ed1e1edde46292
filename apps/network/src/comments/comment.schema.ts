import { z } from 'zod';
import { recordId } from '../posts/post.schema.ts';

export const newComment = z.object({
  content: z.string().trim().min(1).max(10_000),
  parent_id: recordId.optional(),
});
export type NewComment = z.infer<typeof newComment>;

export const commentsQuery = z.object({
  sort: z.enum(['top', 'new', 'controversial']).default('top'),
});
export type CommentsQuery = z.infer<typeof commentsQuery>;
