import { DomainError } from '@blastradius/kernel';
import type { Scenario } from '../loading/load-scenario.ts';
import type { Strategy } from './strategy.ts';

export class StrategyUnfit extends DomainError {
  readonly code = 'scenario.strategy-unfit';
  readonly category = 'invalid';
}

type Span = Pick<Scenario, 'attack' | 'clock'>;

/** Minutes for which the thief could wait before the run ends. */
export function minutesToWait({ attack, clock }: Span): number {
  const taken = attack.leak === 'retired-agent' ? attack.carelessBackup.foundMinute : attack.discoveryMinute;
  return clock.endMinute - taken;
}

export function waitsBeyondTheEnd({ attack, clock }: Span): boolean {
  return attack.strategy === 'wait-and-see' && attack.waitMinutes >= minutesToWait({ attack, clock });
}

/** The same incident with another thief; throws `StrategyUnfit` where the run ends before it begins. */
export function withStrategy(scenario: Scenario, strategy: Strategy): Scenario {
  const attack = { ...scenario.attack, strategy };
  const changed = { ...scenario, attack };
  if (waitsBeyondTheEnd(changed)) {
    throw new StrategyUnfit(
      `strategy ${strategy} waits for ${attack.waitMinutes} minutes, and ${scenario.name} ends ${minutesToWait(changed)} minutes after the taking: write a smaller attack.waitMinutes, or take a longer scenario`,
    );
  }
  const origin = { path: 'attack.strategy', value: strategy, kind: 'assumption' } as const;
  return {
    ...changed,
    provenance: [...scenario.provenance, { ...origin, text: 'Asked for when the run was started.' }],
  };
}
