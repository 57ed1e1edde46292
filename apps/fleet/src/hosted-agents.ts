import type { PlannedAgent, Population } from '@blastradius/scenario';

/**
 * What `HOSTED` asks for: `all`, those that the population gives to a shared process (`multiplexed`), the
 * n-th of those that are a process of their own (`process-1` is the first), or these names.
 */
export type Hosted = 'all' | 'multiplexed' | `process-${number}` | readonly string[];

/** The agents that this process carries. A process that would carry an agent which doesn't exist carries none. */
export function hostedAgents({ agents }: Pick<Population, 'agents'>, hosted: Hosted): PlannedAgent[] {
  if (hosted === 'all') return [...agents];
  if (hosted === 'multiplexed') return agents.filter(({ hosting }) => hosting === 'multiplexed');
  if (typeof hosted !== 'string') return agents.filter(({ name }) => hosted.includes(name));
  const own = agents.filter(({ hosting }) => hosting === 'process');
  return own.slice(Number(hosted.slice('process-'.length)) - 1).slice(0, 1);
}
