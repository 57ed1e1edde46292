import { z } from 'zod';

/** Any UUID, also one that was written through the open database. */
export const recordId = z.guid('is no id');

export const newPost = z
  .object({
    submolt: z.string().min(1).max(50),
    title: z.string().trim().min(1).max(300),
    content: z.string().max(40_000).optional(),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional(),
  })
  .refine(({ content, url }) => content !== undefined || url !== undefined, {
    path: ['content'],
    message: 'content or url is required',
  });
export type NewPost = z.infer<typeof newPost>;
