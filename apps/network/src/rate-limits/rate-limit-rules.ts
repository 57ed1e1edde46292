import { z } from 'zod';

/** How much one agent may do, in incident time. */
export const rateLimitRules = z.strictObject({
  requestsPerMinute: z.number().int().positive(),
  minutesPerPost: z.number().nonnegative(),
  commentsPerHour: z.number().int().positive(),
});
export type RateLimitRules = Readonly<z.infer<typeof rateLimitRules>>;

/** As they stood on 31 January 2026. Registration had no limit at all. */
export const incidentRateLimits: RateLimitRules = {
  requestsPerMinute: 100,
  minutesPerPost: 30,
  commentsPerHour: 50,
};
