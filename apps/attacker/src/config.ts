import { foothold } from '@blastradius/contracts';
import { strategy } from '@blastradius/scenario';
import { z } from 'zod';

const config = z.object({
  NETWORK_URL: z.url(),
  SCENARIO_FILE: z.string().min(1),
  SEED: z.string().min(1),
  AGENTS: z.coerce.number().int().min(1),
  LEDGER_FILE: z.string().min(1),
  /** Where a careless agent's backup will turn up, if it does. */
  EXPIRED_SVID_FILE: z.string().min(1).optional(),
  /** `off`: the control in which the thief never finds the hole. */
  LEAK: z.enum(['on', 'off']).default('on'),
  /** How it goes about its victims, where it is not what the scenario says. */
  STRATEGY: z.preprocess((text) => text || undefined, strategy.optional()),
  /** JSON: where the thief stands when it begins. */
  FOOTHOLD: z
    .string()
    .default('{"leak":"open-database"}')
    .transform((text, context) => parseJson(text, context))
    .pipe(foothold),
});
export type Config = Readonly<z.infer<typeof config>>;

export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return Object.freeze(config.parse(env));
}

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is no JSON' });
    return z.NEVER;
  }
}
