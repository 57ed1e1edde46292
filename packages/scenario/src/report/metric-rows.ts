import type { ArmResult } from '@blastradius/blast-radius';
import { priceRows, trustRows } from './price-rows.ts';
import { agentHours, count, duration, outOf, percent } from './wording.ts';

/** One number of the comparison: what it is called, how it is computed, which ledger to check. */
export interface MetricRow {
  readonly label: string;
  /** Its path in report.json. */
  readonly key: string;
  readonly ledger: string;
  readonly how: string;
  readonly value: (arm: ArmResult) => string;
}

export interface MetricGroup {
  readonly title: string;
  readonly remark: string;
  readonly rows: readonly MetricRow[];
}

const stolenRows: readonly MetricRow[] = [
  {
    label: 'Agents whose credential leaked',
    key: 'credentialsLeaked',
    ledger: 'attacker',
    how: 'Distinct agents whose reusable credential stood in rows that the thief read. A SPIFFE ID is a name and does not count.',
    value: (arm) => outOf(arm.credentialsLeaked, arm.agents),
  },
  {
    label: 'Credentials that outlived the first fix',
    key: 'credentialsUsableAfterFix',
    ledger: 'attacker',
    how: 'Distinct agents for which a stolen credential was accepted after the agents table was closed.',
    value: (arm) => outOf(arm.credentialsUsableAfterFix, arm.agents),
  },
  {
    label: 'Agents impersonated',
    key: 'agentsImpersonated',
    ledger: 'attacker',
    how: 'Distinct victims of at least one accepted forged request that presented something stolen or made up.',
    value: (arm) => outOf(arm.agentsImpersonated, arm.agents),
  },
  {
    label: 'Forged requests accepted',
    key: 'forgedRequests.withStolenCredential',
    ledger: 'attacker, audit',
    how: 'Posts, messages and profile edits in a victim’s name, sent to the network: accepted, of those attempted.',
    value: ({ forgedRequests: { withStolenCredential: forged } }) => outOf(forged.accepted, forged.attempted),
  },
  {
    label: 'Leak to first accepted use',
    key: 'minutesToFirstUse',
    ledger: 'attacker',
    how: 'Incident time from the leak to the first accepted use of a stolen credential.',
    value: (arm) => duration(arm.minutesToFirstUse, 'never used'),
  },
  {
    label: 'Exposure window',
    key: 'exposureWindow',
    ledger: 'attacker',
    how: 'Incident time from the leak to the last accepted use of a stolen credential.',
    value: (arm) => duration(arm.exposureWindow),
  },
  {
    label: 'Credentials accepted at the last try',
    key: 'credentialsAcceptedAtLastTry',
    ledger: 'attacker',
    how: 'Victims whose credential was still accepted when the thief last tried; above zero, the exposure window is a lower bound.',
    value: (arm) => count(arm.credentialsAcceptedAtLastTry),
  },
  {
    label: 'Private messages read as a victim',
    key: 'reads.withStolenCredential.privateMessages',
    ledger: 'attacker',
    how: 'Messages that the network showed to the thief because it took the thief for the agent.',
    value: (arm) => count(arm.reads.withStolenCredential.privateMessages),
  },
  {
    label: 'Blast area, stolen credentials',
    key: 'blastArea.withStolenCredential',
    ledger: 'attacker',
    how: 'For each agent the time from the first to the last accepted use of its credential, added up.',
    value: (arm) => agentHours(arm.blastArea.withStolenCredential),
  },
];

const holeRows: readonly MetricRow[] = [
  {
    label: 'Forged writes accepted',
    key: 'forgedRequests.throughHole',
    ledger: 'attacker, data-api',
    how: 'Rows changed in a victim’s name as the anonymous role, checked by reading them again: accepted, of those attempted.',
    value: ({ forgedRequests: { throughHole: forged } }) => outOf(forged.accepted, forged.attempted),
  },
  {
    label: 'Private messages read',
    key: 'reads.throughHole.privateMessages',
    ledger: 'attacker, data-api',
    how: 'Private messages in the rows that the open database gave to the anonymous role.',
    value: (arm) => count(arm.reads.throughHole.privateMessages),
  },
  {
    label: 'Third-party secrets found',
    key: 'thirdPartySecretsFound',
    ledger: 'attacker',
    how: 'Distinct (fake) keys of other providers found in what was read, on either way, counted by digest.',
    value: (arm) => count(arm.thirdPartySecretsFound),
  },
  {
    label: 'E-mail addresses read',
    key: 'emailsRead',
    ledger: 'attacker',
    how: 'Addresses of owners and observers in the rows that were read.',
    value: (arm) => count(arm.emailsRead),
  },
  {
    label: 'Blast area, open hole',
    key: 'blastArea.throughHole',
    ledger: 'attacker',
    how: 'All agents, times the time between the first and the last accepted write: an open table does not ask whose row it is.',
    value: (arm) => agentHours(arm.blastArea.throughHole),
  },
];

/** Load agents can't be stranded: they have no owner who could bring them back. */
const population = ({ hosting }: ArmResult) => hosting.process + hosting.multiplexed;

const recoveryRows: readonly MetricRow[] = [
  {
    label: 'Agents ever stranded',
    key: 'agentsStranded.ever',
    ledger: 'world, agents',
    how: 'Stranded: from the reset of the credential, or the first request that authentication refused, until the next accepted request.',
    value: (arm) => outOf(arm.agentsStranded.ever, population(arm)),
  },
  {
    label: 'Still stranded at the end',
    key: 'agentsStranded.atEnd',
    ledger: 'world, agents',
    how: 'Agents that had not had a request accepted again when the run ended.',
    value: (arm) => outOf(arm.agentsStranded.atEnd, population(arm)),
  },
  {
    label: 'Time lost to stranding',
    key: 'agentsStranded.agentMinutes',
    ledger: 'world, agents',
    how: 'Agents stranded, added up over the minutes.',
    value: (arm) => agentHours(arm.agentsStranded.agentMinutes),
  },
  {
    label: 'Reset until half were back',
    key: 'agentsStranded.minutesUntil50PercentBack',
    ledger: 'world, agents',
    how: 'Incident time from the reset until half of the stranded agents had a request accepted again.',
    value: ({ agentsStranded: { ever, minutesUntil50PercentBack } }) =>
      ever === 0 ? 'nobody was away' : duration(minutesUntil50PercentBack, 'not in the run'),
  },
  {
    label: 'Reset until 95 % were back',
    key: 'agentsStranded.minutesUntil95PercentBack',
    ledger: 'world, agents',
    how: 'The same for 95 of 100.',
    value: ({ agentsStranded: { ever, minutesUntil95PercentBack } }) =>
      ever === 0 ? 'nobody was away' : duration(minutesUntil95PercentBack, 'not in the run'),
  },
];

const attributionRows: readonly MetricRow[] = [
  {
    label: 'Accepted forgeries told apart',
    key: 'attributableForgeries.accepted',
    ledger: 'audit, attacker',
    how: 'Accepted forged requests, both ways, whose audit record names a credential, SPIFFE ID or serial that the victim’s own requests never carried. Writes through the hole leave no audit record and can’t be told.',
    value: ({ attributableForgeries: { accepted } }) => outOf(accepted.count, accepted.of),
  },
  {
    label: 'Attempted forgeries told apart',
    key: 'attributableForgeries.attempted',
    ledger: 'audit, attacker',
    how: 'The same for all forged requests, refused ones included. A handshake that TLS refused never reaches the log.',
    value: ({ attributableForgeries: { attempted } }) =>
      `${outOf(attempted.count, attempted.of)} (${percent(attempted.share)})`,
  },
  {
    label: 'First use to detection',
    key: 'detection.minutesFromFirstUse',
    ledger: 'audit, issuer, data-api',
    how: 'From the first accepted use of what was stolen to the first right alarm of any detection. The detections read what the services have written; the thief’s ledger only judges whether an alarm is right.',
    value: ({ detection }) => detectionText(detection),
  },
  {
    label: 'False alarms',
    key: 'detection.falseAlarms',
    ledger: 'audit, issuer, data-api',
    how: 'Alarms of all detections that are about nothing that the thief had used.',
    value: ({ detection }) => count(detection.falseAlarms),
  },
];

function detectionText({
  firstUseMinute,
  foundAtMinute,
  minutesFromFirstUse,
}: ArmResult['detection']): string {
  if (minutesFromFirstUse === null) {
    if (foundAtMinute !== null) return 'told, never used';
    return firstUseMinute === null ? 'never used' : 'nothing told';
  }
  return minutesFromFirstUse < 0
    ? `${duration(-minutesFromFirstUse)} before`
    : duration(minutesFromFirstUse, 'at once');
}

export const metricGroups: readonly MetricGroup[] = [
  {
    title: 'With stolen credentials',
    remark: 'What the thief did at the network’s own door, as somebody else. This is what identity is for.',
    rows: stolenRows,
  },
  {
    title: 'Through the open hole',
    remark: 'What the open database gave to anybody, without any credential. Identity does not stop this.',
    rows: holeRows,
  },
  {
    title: 'Getting well again',
    remark: 'What containment did to the agents themselves.',
    rows: recoveryRows,
  },
  {
    title: 'Telling the thief from the agent',
    remark: 'From what the services have written themselves.',
    rows: attributionRows,
  },
  {
    title: 'What the honest pay',
    remark: 'Latencies are real milliseconds; they are not compressed.',
    rows: priceRows,
  },
  {
    title: 'Do the witnesses agree?',
    remark: 'Each request is written down by its sender and by the network.',
    rows: trustRows,
  },
];
