import type { Defect, Verdict } from '@blastradius/audit';

export interface TimedVerdict {
  readonly file: string;
  readonly log: string | null;
  readonly verdict: Verdict;
  readonly seconds: number;
  /** A key of the operator's was given. */
  readonly isVouched: boolean;
  /** The most that this process has held at once. */
  readonly peakMemoryBytes: number;
}

const words: Readonly<Record<Defect, string>> = {
  changed: 'is not what was written: it was changed',
  dropped: 'is missing',
  reordered: 'stands further on; another stands in its place',
  inserted: 'was never written: something stands in its place that was inserted',
  duplicated: 'has a copy of another record in its place',
  torn: 'is torn, and others follow it',
  truncated: 'is missing, and all after it: the log was cut off, or an older copy was put in its place',
  rechained: 'is not vouched for: from there on the log was chained anew',
  unvouched: 'is not vouched for: no checkpoint speaks of this log',
  'checkpoint-forged': 'has a checkpoint that none of the given keys has signed',
};

/** What people read of a verdict, with what it can't tell. */
export function describeVerdict({ file, verdict, seconds, isVouched }: TimedVerdict): string {
  const took = `${seconds.toFixed(2)} s`;
  if (verdict.intact) {
    const { records, vouchedFor, tornBytes } = verdict;
    const lines = [`${file}: intact, ${records} records (${took}, ${rate(records, seconds)})`];
    if (tornBytes > 0) lines.push(`  its last line, ${tornBytes} bytes, was torn when its writer was killed`);
    return [...lines, `  ${limits(records, vouchedFor, isVouched)}`].join('\n');
  }
  const { defect, sequence, through, line, offsetBytes, time } = verdict;
  const upTo = through === undefined || through === sequence ? '' : ` (up to record ${through})`;
  const place =
    line === 0 ? '' : `\n  line ${line}, byte ${offsetBytes}${time === null ? '' : `, which says ${time}`}`;
  return `${file}: ${defect}: record ${sequence} ${words[defect]}${upTo}${place}\n  ${took}`;
}

function limits(records: number, vouchedFor: number, isVouched: boolean): string {
  if (!isVouched) {
    return 'no key was given (--key, --admin-socket): a tail that was cut off or chained anew, and an older copy, can not be seen';
  }
  if (vouchedFor === records) return `a signed checkpoint vouches for all of them`;
  return `a signed checkpoint vouches for the first ${vouchedFor}; what happened to the last ${records - vouchedFor} since it can not be seen`;
}

function rate(records: number, seconds: number): string {
  return `${Math.round(records / Math.max(seconds, 0.001))} records/s`;
}
