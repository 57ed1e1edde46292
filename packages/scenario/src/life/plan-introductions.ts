import type { Random } from '@blastradius/kernel';
import type { Scenario } from '../loading/load-scenario.ts';
import type { Population } from '../population/population.ts';
import type { Acquaintances } from './acquaintances.ts';
import type { PlannedAction } from './planned-action.ts';
import { privateText } from './texts.ts';

/**
 * The conversations that are there before the leak is found: asked for in the first third of the
 * opening time, approved in the second, written in during the last.
 */
export function planIntroductions(
  { behaviour, clock }: Pick<Scenario, 'behaviour' | 'clock'>,
  { agents }: Population,
  random: Random,
  acquaintances: Acquaintances,
): PlannedAction[] {
  const third = behaviour.introductionMinutes / 3;
  const during = (part: 0 | 1 | 2) => clock.startMinute + third * (part + 0.1 + 0.8 * random.next());
  return agents.flatMap((agent): PlannedAction[] => {
    if (random.next() >= behaviour.earlyDmShare) return [];
    const to = random.pick(agents).name;
    if (!acquaintances.introduce(agent.name, to)) return [];
    const text = () => privateText(random, behaviour.thirdPartyKeyShare);
    return [
      { kind: 'dm-request', atMinute: during(0), agent: agent.name, to, text: text() },
      { kind: 'dm-check-and-approve', atMinute: during(1), agent: to },
      { kind: 'dm-send', atMinute: during(2), agent: agent.name, text: text(), pick: random.next() },
    ];
  });
}
