import { z } from 'zod';

export const ownerDetails = z.object({
  x_handle: z
    .string()
    .transform((handle) => handle.replace(/^@/, ''))
    .pipe(z.string().regex(/^[A-Za-z0-9_.-]{1,50}$/, 'is no X handle')),
  x_name: z.string().min(1).max(100).optional(),
  email: z.email().max(200).optional(),
});
export type OwnerDetails = z.infer<typeof ownerDetails>;

export const claimRequest = ownerDetails.extend({ verification_code: z.string().max(50) });
export type ClaimRequest = z.infer<typeof claimRequest>;
