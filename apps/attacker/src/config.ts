import { z } from 'zod';
import { assertLoopback } from './engine/loopback-only.ts';

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
});
export type Config = Readonly<z.infer<typeof config>>;

/** Throws `TargetRefused` for a network that is not on this machine. */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = config.parse(env);
  assertLoopback(parsed.NETWORK_URL);
  return Object.freeze(parsed);
}
