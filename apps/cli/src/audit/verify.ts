import { accessSync, constants } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { type Verdict, verifyAuditLog } from '@blastradius/audit';
import { AuditInputUnusable } from './audit-command.errors.ts';
import { describeVerdict, type TimedVerdict } from './describe-verdict.ts';
import { logOf, type VoucherSources, vouchersFor } from './vouchers.ts';

export interface VerifyFlags extends VoucherSources {
  readonly json?: boolean;
}

const progressEveryMs = 1000;
const defectFound = 1;

/** Verifies each file; the exit status is 1 where one of them is not what was written. */
export async function verifyFiles(files: readonly string[], flags: VerifyFlags): Promise<void> {
  for (const file of files) {
    const result = await verifyOne(file, flags);
    const text = flags.json ? JSON.stringify(result) : describeVerdict(result);
    process.stdout.write(`${text}\n`);
    if (!result.verdict.intact) process.exitCode = defectFound;
  }
}

async function verifyOne(file: string, flags: VerifyFlags): Promise<TimedVerdict> {
  assertReadable(file);
  const vouchers = await vouchersFor(file, flags);
  const started = performance.now();
  const progress = process.stderr.isTTY ? showProgress(file, started) : undefined;
  const verdict = verifyAuditLog(file, { ...vouchers, ...(progress && { onProgress: progress }) });
  const seconds = (performance.now() - started) / 1000;
  const isVouched = vouchers.keys.length > 0;
  return {
    file,
    log: logOf(file) ?? null,
    verdict: judged(verdict, isVouched, vouchers.checkpoints.length),
    seconds,
    isVouched,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/**
 * Where the operator's key was given, a log that no checkpoint speaks of is no proof of anything:
 * it may be another one, made up from its first record on.
 */
function judged(verdict: Verdict, isVouched: boolean, checkpoints: number): Verdict {
  if (!isVouched || checkpoints > 0 || !verdict.intact || verdict.records === 0) return verdict;
  const { records } = verdict;
  return {
    intact: false,
    defect: 'unvouched',
    sequence: 1,
    through: records,
    line: 1,
    offsetBytes: 0,
    time: null,
  };
}

function showProgress(file: string, started: number) {
  let shownAt = started;
  return (records: number) => {
    const now = performance.now();
    if (now - shownAt < progressEveryMs) return;
    shownAt = now;
    const rate = Math.round((records * 1000) / (now - started));
    process.stderr.write(`\r${file}: ${records} records, ${rate}/s `);
  };
}

function assertReadable(file: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch (cause) {
    throw new AuditInputUnusable(`${file} can't be read`, { cause });
  }
}
