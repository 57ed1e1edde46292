import { host } from '@blastradius/blast-radius';
import { arm, leak } from '@blastradius/contracts';
import { z } from 'zod';

/** `matrix.json`: what a folder of trials is; written before the first of them, and never changed. */
export const matrixManifest = z.object({
  schemaVersion: z.literal(1),
  scenario: z.object({
    name: z.string(),
    title: z.string(),
    /** Of its file; folders from before this was kept are read, and not continued. */
    sha256: z.string().optional(),
  }),
  arms: z.array(arm).min(1),
  leaks: z.array(leak).min(1),
  seeds: z.array(z.string().min(1)).min(1),
  agents: z.int().positive(),
  timeScale: z.number().positive(),
  /** The thief's, where it was not what the scenario says. */
  strategy: z.string().optional(),
  startedAt: z.iso.datetime(),
  version: z.string(),
  host,
});
export type MatrixManifest = z.infer<typeof matrixManifest>;

/** Where the two would not be the same experiment; empty where the one can be continued as the other. */
export function differences(before: MatrixManifest, now: MatrixManifest): string[] {
  const compared = [
    'scenario',
    'arms',
    'leaks',
    'seeds',
    'agents',
    'timeScale',
    'strategy',
    'version',
  ] as const;
  return compared.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(now[field]));
}
