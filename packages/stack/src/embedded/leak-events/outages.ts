import { ComponentMissing } from '../../stack.errors.ts';
import type { DueEvent } from '../../trial/timeline.ts';
import type { LeakParts } from '../leaks/leak-events.ts';

/** The issuer is killed at one minute, and started again at another. */
export function outages({ setting, identity }: Pick<LeakParts, 'setting' | 'identity'>): DueEvent[] {
  const outage = setting.scenario.attack.issuerOutage;
  if (outage === undefined) {
    throw new ComponentMissing(
      `scenario ${setting.scenario.name} does not say when the issuer is down: add attack.issuerOutage, or play another leak`,
    );
  }
  if (!identity) throw new ComponentMissing(`arm ${setting.arm} has no issuer that could fail; leave it out`);
  const { issuerOutage } = identity;
  return [
    { minute: outage.fromMinute, what: 'the end of the issuer', run: async () => issuerOutage.begin() },
    { minute: outage.toMinute, what: 'the return of the issuer', run: async () => issuerOutage.end() },
  ];
}
