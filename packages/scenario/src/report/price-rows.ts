import type { MetricRow } from './metric-rows.ts';
import { count, milliseconds, outOf, percent } from './wording.ts';

export const priceRows: readonly MetricRow[] = [
  {
    label: 'Honest requests accepted',
    key: 'honestRequests.acceptedShare',
    ledger: 'agents',
    how: 'Requests of the agents themselves that were accepted, of all that they sent and that did not ask for a conversation that is there already, over the whole run. Requests of load agents, warm-up included, are among them.',
    value: ({ honestRequests: honest }) =>
      `${percent(honest.acceptedShare)} of ${count(honest.sent - honest.repeated)}`,
  },
  {
    label: 'Refused / 429 / no answer / repeated',
    key: 'honestRequests.refused',
    ledger: 'agents',
    how: 'Honest requests that were refused; of these, those with status 429; those without an answer; and requests for a conversation that is there already (409), which are neither accepted nor refused.',
    value: ({ honestRequests: honest }) =>
      `${count(honest.refused)} / ${count(honest.rateLimited)} / ${count(honest.failed)} / ${count(honest.repeated)}`,
  },
  {
    label: 'Latency, median / 99th percentile',
    key: 'honestRequests.latencyMsP50',
    ledger: 'agents',
    how: 'Of accepted honest requests, as the agent measured them, by nearest rank.',
    value: ({ honestRequests: honest }) =>
      `${milliseconds(honest.latencyMsP50)} / ${milliseconds(honest.latencyMsP99)}`,
  },
  {
    label: 'Certificates issued',
    key: 'svidsIssued',
    ledger: 'issuer',
    how: 'X509-SVIDs that the issuer minted during the run, for agents, services and sidecars.',
    value: (arm) => count(arm.svidsIssued),
  },
];

export const trustRows: readonly MetricRow[] = [
  {
    label: 'Requests on which ledgers disagree',
    key: 'ledgersAgree',
    ledger: 'attacker, agents, audit',
    how: 'What the sender calls accepted must have been allowed by the audit and answered below 400; what it calls refused must not.',
    value: ({ ledgersAgree }) => outOf(ledgersAgree.disagreements, ledgersAgree.checked),
  },
  {
    label: 'Processes that ended in the run',
    key: 'incidents',
    ledger: 'world',
    how: 'Processes of the range that exited while agents were living.',
    value: ({ incidents }) => count(incidents.filter(({ event }) => event === 'process-exited').length),
  },
];
