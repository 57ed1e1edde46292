import type { ArmResult } from '@blastradius/blast-radius';

/** One number of a trial, as every table and file names it. */
export interface Figure {
  /** Its column; the unit is at its end. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly description: string;
  /** Where in a trial's own `report.json` it stands, below `arms.<arm>`. */
  readonly path: string;
  /** Which way is worse, for the shade of a cell; null where neither is. */
  readonly worse: 'high' | 'low' | null;
  /** What would be all of it, where there is such a thing: the shade's full scale. */
  readonly full?: (result: ArmResult) => number;
  readonly of: (result: ArmResult) => number | null;
}

const liveMinutes = ({ milestones }: ArmResult) =>
  milestones.endMinute - (milestones.leakMinute ?? milestones.startMinute);

function latency(
  name: string,
  which: string,
  field: 'latencyMsP50' | 'latencyMsP95' | 'latencyMsP99',
): Figure {
  return {
    name,
    title: `Honest latency, ${which}`,
    unit: 'real milliseconds',
    description:
      'Of the trial’s accepted requests as the agent measured them, by nearest rank. Trials share a machine: compare it with care.',
    path: `honestRequests.${field}`,
    worse: null,
    of: ({ honestRequests }) => honestRequests[field],
  };
}

/** Computed from a trial's ledgers by `packages/blast-radius`; nothing here counts anything itself. */
export const figures: readonly Figure[] = [
  {
    name: 'blast_area_agent_minutes',
    title: 'Blast area with stolen credentials',
    unit: 'agent-minutes of the incident',
    description:
      'Agents in whose name the thief acted by what it had stolen, each from the first to the last accepted use: a lower bound.',
    path: 'blastArea.withStolenCredential',
    worse: 'high',
    full: (result) => result.agents * liveMinutes(result),
    of: ({ blastArea }) => blastArea.withStolenCredential,
  },
  {
    name: 'agents_impersonated',
    title: 'Agents impersonated',
    unit: 'agents',
    description: 'Agents in whose name a forged request was accepted at least once.',
    path: 'agentsImpersonated',
    worse: 'high',
    full: ({ agents }) => agents,
    of: ({ agentsImpersonated }) => agentsImpersonated,
  },
  {
    name: 'exposure_window_minutes',
    title: 'Exposure window',
    unit: 'minutes of the incident',
    description:
      'From the leak to the last accepted use of what was stolen; 0 where nothing was ever accepted.',
    path: 'exposureWindow',
    worse: 'high',
    full: liveMinutes,
    of: ({ exposureWindow }) => exposureWindow ?? 0,
  },
  {
    name: 'forged_accepted',
    title: 'Forged requests accepted',
    unit: 'requests',
    description: 'Requests in a victim’s name, by what was stolen, that the network accepted.',
    path: 'forgedRequests.withStolenCredential.accepted',
    worse: 'high',
    of: ({ forgedRequests }) => forgedRequests.withStolenCredential.accepted,
  },
  {
    name: 'forged_attempted',
    title: 'Forged requests attempted',
    unit: 'requests',
    description: 'Requests in a victim’s name, by what was stolen or made up, whatever became of them.',
    path: 'forgedRequests.withStolenCredential.attempted',
    worse: null,
    of: ({ forgedRequests }) => forgedRequests.withStolenCredential.attempted,
  },
  {
    name: 'through_hole_accepted',
    title: 'Writes through the open database',
    unit: 'requests',
    description: 'Writes in a victim’s name through the open database, which no credential is needed for.',
    path: 'forgedRequests.throughHole.accepted',
    worse: 'high',
    of: ({ forgedRequests }) => forgedRequests.throughHole.accepted,
  },
  {
    name: 'credentials_leaked',
    title: 'Reusable credentials taken',
    unit: 'agents',
    description: 'Agents of which something that authenticates by itself was in what the thief took.',
    path: 'credentialsLeaked',
    worse: 'high',
    full: ({ agents }) => agents,
    of: ({ credentialsLeaked }) => credentialsLeaked,
  },
  {
    name: 'credentials_accepted_at_last_try',
    title: 'Still accepted at the last try',
    unit: 'agents',
    description:
      'Agents whose stolen credential was accepted at the thief’s last try: the exposure had not ended.',
    path: 'credentialsAcceptedAtLastTry',
    worse: 'high',
    full: ({ agents }) => agents,
    of: ({ credentialsAcceptedAtLastTry }) => credentialsAcceptedAtLastTry,
  },
  {
    name: 'minutes_to_first_use',
    title: 'Time to first use',
    unit: 'minutes of the incident',
    description: 'From the leak to the first accepted use; empty where there was none.',
    path: 'minutesToFirstUse',
    worse: null,
    of: ({ minutesToFirstUse }) => minutesToFirstUse,
  },
  {
    name: 'private_messages_read',
    title: 'Private messages read',
    unit: 'messages',
    description: 'Through the hole and by what was stolen.',
    path: 'privateMessagesRead',
    worse: 'high',
    of: ({ privateMessagesRead }) => privateMessagesRead,
  },
  {
    name: 'agents_stranded',
    title: 'Agents stranded',
    unit: 'agents',
    description: 'Agents that authentication shut out at least once, by a reset, an outage or a refusal.',
    path: 'agentsStranded.ever',
    worse: 'high',
    full: ({ agents }) => agents,
    of: ({ agentsStranded }) => agentsStranded.ever,
  },
  {
    name: 'stranded_agent_minutes',
    title: 'Agents stranded, times minutes',
    unit: 'agent-minutes of the incident',
    description:
      'The integral over time of the agents that were shut out: what recovery, or an outage, costs.',
    path: 'agentsStranded.agentMinutes',
    worse: 'high',
    full: (result) => result.agents * liveMinutes(result),
    of: ({ agentsStranded }) => agentsStranded.agentMinutes,
  },
  {
    name: 'honest_accepted_share',
    title: 'Honest requests accepted',
    unit: 'share, 0 to 1',
    description:
      'Of the agents’ own requests, over the whole incident; those for a conversation that was there already are left out.',
    path: 'honestRequests.acceptedShare',
    worse: 'low',
    full: () => 1,
    of: ({ honestRequests }) => honestRequests.acceptedShare,
  },
  {
    name: 'honest_sent',
    title: 'Honest requests sent',
    unit: 'requests',
    description: 'The agents’ own requests: what the percentiles of a trial are taken of, if accepted.',
    path: 'honestRequests.sent',
    worse: null,
    of: ({ honestRequests }) => honestRequests.sent,
  },
  {
    name: 'honest_repeated',
    title: 'Honest requests repeated',
    unit: 'requests',
    description:
      'Asked for a conversation that was there already (409): counted as neither accepted nor refused.',
    path: 'honestRequests.repeated',
    worse: null,
    of: ({ honestRequests }) => honestRequests.repeated,
  },
  latency('honest_latency_p50_ms', 'median', 'latencyMsP50'),
  latency('honest_latency_p95_ms', '95th percentile', 'latencyMsP95'),
  latency('honest_latency_p99_ms', '99th percentile', 'latencyMsP99'),
  {
    name: 'forgeries_attributable_share',
    title: 'Forgeries that the log tells apart',
    unit: 'share, 0 to 1',
    description:
      'Of the accepted forgeries, those that the audit log alone tells from the agent’s own requests.',
    path: 'attributableForgeries.accepted.withStolenCredential.share',
    worse: null,
    of: ({ attributableForgeries }) => attributableForgeries.accepted.withStolenCredential.share,
  },
  {
    name: 'minutes_to_detection',
    title: 'First use to detection',
    unit: 'minutes of the incident',
    description:
      'From the first accepted use to the first right alarm of any detection; below 0 where the theft itself was seen, empty where nothing told or nothing was used.',
    path: 'detection.minutesFromFirstUse',
    worse: null,
    of: ({ detection }) => detection.minutesFromFirstUse,
  },
  {
    name: 'ledger_disagreements',
    title: 'Ledgers that disagree',
    unit: 'requests',
    description:
      'Requests that their sender’s ledger and the audit log tell differently: 0, or the trial is in doubt.',
    path: 'ledgersAgree.disagreements',
    worse: null,
    of: ({ ledgersAgree }) => ledgersAgree.disagreements,
  },
];

/** What the honest wait for: of each arm as a whole as well, since every trial has honest agents. */
export const latencyFigures = figures.filter(({ unit }) => unit === 'real milliseconds');

/** Those that have a heat map of their own. */
export const mappedFigures = figures.filter(({ worse }) => worse !== null);
