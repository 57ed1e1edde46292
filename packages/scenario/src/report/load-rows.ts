import type { LoadArm, Report } from '@blastradius/blast-radius';
import { count, milliseconds, outOf, perSecond } from './wording.ts';

/** One number of the load run for each arm; `key` is its path below `load.arms.<arm>` in report.json. */
export interface LoadRow {
  readonly label: string;
  readonly key: string;
  readonly ledger: string;
  readonly how: string;
  /** Three values: before, during and after the rotation. */
  readonly isByPart?: boolean;
  readonly value: (arm: LoadArm) => string;
}

export const loadRows: readonly LoadRow[] = [
  {
    label: 'Offered, requests per second',
    key: 'offeredPerSecond',
    ledger: 'load.json',
    how: 'Requests that were due in the measured time, sent or not, by its seconds. Warm-up is left out of this and every row below.',
    value: ({ offeredPerSecond }) => perSecond(offeredPerSecond),
  },
  {
    label: 'Achieved, requests per second',
    key: 'whole.acceptedPerSecond',
    ledger: 'agents (hosting load)',
    how: 'Requests sent in the measured time that were accepted, by its seconds.',
    value: ({ whole }) => perSecond(whole.acceptedPerSecond),
  },
  {
    label: 'Dropped by the generator',
    key: 'dropped',
    ledger: 'load.json',
    how: 'Requests that were due and that k6 did not send, because it had no free virtual user: the load was not what it should have been.',
    value: ({ dropped, offered }) => outOf(dropped, offered),
  },
  {
    label: 'Refused / no answer',
    key: 'whole.refused',
    ledger: 'agents (hosting load)',
    how: 'Load requests that were answered with a refusal, and those without an answer.',
    value: ({ whole }) => `${count(whole.refused)} / ${count(whole.failed)}`,
  },
  {
    label: 'Latency, median / 99th / 99.9th',
    key: 'whole.latencyMsP50',
    ledger: 'agents (hosting load)',
    how: 'Of accepted load requests, as k6 measured them, by nearest rank over all blocks of the arm.',
    value: ({ whole }) =>
      `${[whole.latencyMsP50, whole.latencyMsP99, whole.latencyMsP999].map(bare).join(' / ')} ms`,
  },
  {
    label: '99th percentile, by part',
    isByPart: true,
    key: 'during.latencyMsP99',
    ledger: 'agents (hosting load)',
    how: 'The same before, during and after the forced rotation. A request belongs to the part in which it was sent.',
    value: ({ before, during, after }) =>
      `${[before, during, after].map(({ latencyMsP99 }) => bare(latencyMsP99)).join(' / ')} ms`,
  },
  {
    label: 'Refused or failed, by part',
    isByPart: true,
    key: 'during.failed',
    ledger: 'agents (hosting load)',
    how: 'Load requests that were refused or had no answer before, during and after the forced rotation.',
    value: ({ before, during, after }) =>
      [before, during, after].map(({ refused, failed }) => count(refused + failed)).join(' / '),
  },
  {
    label: 'SVIDs replaced by force',
    key: 'svids',
    ledger: 'load.json',
    how: 'SVIDs that were replaced between the beginning and the end of the rotation, of all that agents and services held.',
    value: ({ svids }) => (svids ? outOf(svids.replaced, svids.total) : 'nothing to rotate'),
  },
  {
    label: 'k6 CPU, to its no-op target',
    key: 'generatorCpuCores',
    ledger: 'load.json',
    how: 'User and system time of k6 by seconds; then its time for a request, in multiples of that against a target that does nothing.',
    value: ({ generatorCpuCores: cores, generatorCpuPerRequestToNoop: toNoop }) =>
      cores === null
        ? 'none'
        : `${cores.toFixed(2)} cores${toNoop === null ? '' : `, ${toNoop.toFixed(2)}×`}`,
  },
];

const bare = (value: number | null) => (value === null ? 'none' : milliseconds(value).replace(' ms', ''));

type Load = NonNullable<Report['load']>;
type Ratios = Load['ratios'][number];

/** What is compared between two arms, and what a ratio above 1 means. */
export const ratioRows: readonly { label: string; of: (ratios: Ratios) => Ratios['latencyMsP99'] }[] = [
  { label: 'Accepted requests per second', of: ({ acceptedPerSecond }) => acceptedPerSecond },
  { label: '99th percentile of latency', of: ({ latencyMsP99 }) => latencyMsP99 },
  { label: '99th percentile, during the rotation', of: ({ latencyMsP99During }) => latencyMsP99During },
];

/** Why the load wasn't what it should have been: a line for each block of which k6 says so. */
export function shortfalls({ blocks }: Load, armName: (arm: string) => string): string[] {
  return blocks.flatMap(({ index, arm, dropped, offered, thresholdsCrossed, k6ExitCode }) => {
    const reasons = [
      dropped > 0 ? `${outOf(dropped, offered)} requests dropped, k6 had no free virtual user for them` : '',
      thresholdsCrossed.length > 0 ? `thresholds crossed: ${thresholdsCrossed.join(', ')}` : '',
      k6ExitCode === 0 ? '' : `k6 ended with exit code ${k6ExitCode}`,
    ].filter((reason) => reason !== '');
    return reasons.length === 0 ? [] : [`Block ${index}, ${armName(arm)}: ${reasons.join('; ')}.`];
  });
}
