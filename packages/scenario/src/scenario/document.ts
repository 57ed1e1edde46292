import { hypothesis } from '@blastradius/blast-radius';
import { z } from 'zod';
import { attack } from './attack.ts';
import { behaviour } from './behaviour.ts';
import { clock, identity, keyRotation, population, rateLimits, vault } from './setting.ts';
import { logNormalMinutes, sourced } from './sourced.ts';
import { timeline } from './timeline.ts';

/** A scenario as its file has it; parsing leaves plain numbers where the file gives their origin. */
export const scenarioDocument = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{3,64}$/, 'must be 3 to 64 of a-z, 0-9 and -'),
  title: z.string().min(3),
  seed: z.string().min(1),
  sources: z.record(
    z.string().regex(/^[a-z0-9-]+$/, 'must be of a-z, 0-9 and -'),
    z.strictObject({ title: z.string(), url: z.url() }),
  ),
  timeScale: sourced(z.number().min(1).max(100_000)).describe('incident seconds in one real second'),
  clock,
  population,
  identity,
  keyRotation,
  vault,
  rateLimits,
  behaviour,
  attack,
  timeline,
  recovery: z.strictObject({
    ownerNotice: logNormalMinutes.describe('from the reset until the owner has configured the new key'),
  }),
  hypotheses: z.array(hypothesis),
});
export type ScenarioDocument = z.output<typeof scenarioDocument>;
