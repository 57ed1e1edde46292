import { hostileAgent, injectedText } from '@blastradius/scenario';
import { ComponentMissing } from '../../stack.errors.ts';
import type { DueEvent } from '../../trial/timeline.ts';
import type { LeakParts } from '../leaks/leak-events.ts';

/**
 * The thief owns one of the agents, which is a member of the network as all others are, in every arm, and has
 * it post what it wants them to do.
 */
export function injections({ setting, agents }: Pick<LeakParts, 'setting' | 'agents'>): DueEvent[] {
  const { attack, clock } = setting.scenario;
  const hostile = hostileAgent(setting.population)?.name;
  if (hostile === undefined) {
    throw new ComponentMissing(
      'a prompt injection needs an agent that writes and shares its process: take more agents',
    );
  }
  const events: DueEvent[] = [];
  for (let round = 1; ; round++) {
    const minute = attack.discoveryMinute + (round - 1) * attack.reharvestEveryMinutes;
    if (minute >= clock.endMinute) return events;
    events.push({
      minute,
      what: `the post of ${hostile}`,
      run: async () =>
        agents.tell(hostile, { command: 'post', agent: hostile, ...injectedText(hostile, round) }),
    });
  }
}
