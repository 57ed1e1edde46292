import { leak } from '@blastradius/contracts';
import { z } from 'zod';
import { strategy } from '../attack/strategy.ts';
import { hasOneProvenance, logNormalMinutes, oneProvenance, provenanceShape, sourced } from './sourced.ts';

/** What the thief knows and how hard it tries; the steps themselves are the attacker's playbook. */
export const attack = z.strictObject({
  leak: leak.default('open-database').describe('by what way something comes into the wrong hands'),
  discoveryMinute: sourced(z.number()).describe('when the thief finds the publishable key'),
  firstUse: logNormalMinutes.describe('from the harvest to the first use of a credential'),
  impersonationPerAgentPerHour: sourced(z.number().positive().max(600)),
  impersonationPerHourMax: sourced(z.number().positive().max(100_000)).describe(
    'what one thief can do in an hour, however many agents it has',
  ),
  throughHoleWritesPerHour: sourced(z.number().min(0).max(3600)),
  harvestPageSize: sourced(z.int().min(1).max(1000)),
  reharvestEveryMinutes: sourced(z.number().positive()),
  carelessBackup: z
    .strictObject({
      agents: z.int().min(0),
      backupMinute: z.number(),
      foundMinute: z.number(),
      ...provenanceShape,
    })
    .refine(hasOneProvenance, oneProvenance)
    .describe('SVIDs and keys of this many agents, copied at one minute and found by the thief at another'),
  gullibleShare: sourced(z.number().min(0).max(1))
    .default(0.3)
    .describe('share of agents that do what a post tells them to (prompt-injection)'),
  issuerOutage: z
    .strictObject({ fromMinute: z.number(), toMinute: z.number(), ...provenanceShape })
    .refine(hasOneProvenance, oneProvenance)
    .refine(({ fromMinute, toMinute }) => fromMinute < toMinute, 'fromMinute must be before toMinute')
    .optional()
    .describe('when the issuer is down (issuer-outage)'),
  patience: z.enum(['until-end', 'until-first-refusal']),
  strategy: strategy
    .default('round-robin')
    .describe(
      'how the thief goes about its victims: everyone in turn; all at once (spray); a few, each rarely (low-and-slow); on to what they can read (pivot); taking first and using much later (wait-and-see)',
    ),
  waitMinutes: sourced(z.number().positive().max(525_600))
    .default(180)
    .describe('from the taking to the first use (wait-and-see)'),
  sharedInMessages: sourced(z.int().min(0).max(10_000))
    .default(0)
    .describe('agents that send their credential to another one in a private message as the run begins'),
});
