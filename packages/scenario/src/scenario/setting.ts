import { z } from 'zod';
import { sourced } from './sourced.ts';

export const clock = z
  .strictObject({ startMinute: sourced(z.number()), endMinute: sourced(z.number()) })
  .refine((span) => span.startMinute < span.endMinute, {
    message: 'startMinute must be before endMinute',
    params: { suggestion: 'exchange the two' },
  });

export const population = z.strictObject({
  agents: sourced(z.int().min(1).max(100_000)),
  processes: sourced(z.int().min(0).max(100)).describe('agents that are a process of their own'),
  agentsPerOwner: sourced(z.int().min(1).max(10_000)),
});

/** Times of the incident; the run compresses them by `timeScale`. */
export const identity = z.strictObject({
  trustDomain: z.string().regex(/^[a-z0-9._-]{1,255}$/, 'must be a SPIFFE trust domain name'),
  svidTtlMinutes: sourced(z.number().positive().max(525_600)),
  authorityTtlHours: sourced(z.number().positive().max(87_600)),
  authorityRotationMinutes: sourced(z.number().positive()),
  activationDelayMinutes: sourced(z.number().min(0)),
});

export const rateLimits = z.strictObject({
  requestsPerMinute: sourced(z.int().positive()),
  postMinutes: sourced(z.number().min(0)),
  commentsPerHour: sourced(z.int().positive()),
});
