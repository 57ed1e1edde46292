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
  readerShare: sourced(z.number().min(0).max(1))
    .optional()
    .transform((share) => share ?? 0)
    .describe('share of agents that read and never write; nobody where it is left out'),
});

/** Times of the incident; the run compresses them by `timeScale`. */
export const identity = z.strictObject({
  trustDomain: z.string().regex(/^[a-z0-9._-]{1,255}$/, 'must be a SPIFFE trust domain name'),
  svidTtlMinutes: sourced(z.number().positive().max(525_600)),
  jwtSvidTtlMinutes: sourced(z.number().positive().max(525_600))
    .optional()
    .describe(
      'of bearer tokens; left out, five real minutes and never longer than an X509-SVID, so that in compressed time both end together',
    ),
  authorityTtlHours: sourced(z.number().positive().max(87_600)),
  authorityRotationMinutes: sourced(z.number().positive()),
  activationDelayMinutes: sourced(z.number().min(0)),
});

/** Where keys are replaced on schedule; times of the incident. */
export const keyRotation = z
  .strictObject({
    periodMinutes: sourced(z.number().positive().max(525_600)),
    distributionDelayMinutes: sourced(z.number().min(0)).describe(
      'from the new key in the network until the agent has it',
    ),
    overlapMinutes: sourced(z.number().min(0)).describe('how long the key before is still taken'),
  })
  .refine(
    ({ periodMinutes, distributionDelayMinutes: delay }) => delay < periodMinutes,
    'distributionDelayMinutes must be shorter than periodMinutes: a key would never arrive in time',
  )
  .prefault({
    periodMinutes: {
      value: 60,
      assumption: 'As long as an SVID lives by default, so that the two can be compared.',
    },
    distributionDelayMinutes: {
      value: 10,
      assumption: 'A push to every agent by the operator’s own tools takes some minutes.',
    },
    overlapMinutes: {
      value: 20,
      assumption: 'Twice the delay: with less, an agent whose key comes late is refused.',
    },
  });

/** Where agents fetch their keys from a vault; times of the incident. */
export const vault = z
  .strictObject({
    tokenTtlMinutes: sourced(z.number().positive().max(46_080)),
    pollMinutes: sourced(z.number().positive()).describe('how often an agent looks for a newer key'),
  })
  .prefault({
    tokenTtlMinutes: {
      value: 20,
      assumption: 'The token_ttl in the examples of Vault’s AppRole documentation.',
    },
    pollMinutes: {
      value: 5,
      assumption: 'Vault Agent’s static_secret_render_interval, which is 5 minutes by default.',
    },
  });

export const rateLimits = z.strictObject({
  requestsPerMinute: sourced(z.int().positive()),
  postMinutes: sourced(z.number().min(0)),
  commentsPerHour: sourced(z.int().positive()),
});
