import { holdsKeys } from '@blastradius/contracts';
import { alarmAt, type Detection } from './detection.ts';

/** An agent that its operators have retired is admitted. */
export const retiredAgentSeen: Detection = {
  id: 'retired-agent-seen',
  title: 'An agent was seen that has been retired',
  // An identity has ended by then, and the refusal names nobody.
  appliesTo: holdsKeys,
  watch: ({ audit, retired }) =>
    audit
      .filter(
        ({ agent, minute }) => agent !== null && minute > (retired.get(agent) ?? Number.POSITIVE_INFINITY),
      )
      .map((entry) => alarmAt(entry)),
};
