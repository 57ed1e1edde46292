import { DomainError } from '@blastradius/kernel';
import type { Scenario } from '../loading/load-scenario.ts';
import type { Strategy } from './strategy.ts';
import { minutesToWait, waitsBeyondTheEnd } from './waiting.ts';

export class StrategyUnfit extends DomainError {
  readonly code = 'scenario.strategy-unfit';
  readonly category = 'invalid';
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
