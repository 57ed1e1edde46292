import { emptyHead, type Head } from './chain.ts';
import { isGenuine, type SignedCheckpoint } from './checkpoint.ts';
import { classifyMisfit } from './classify-misfit.ts';
import { follows } from './follows.ts';
import { claimOf, linkOf, timeOf } from './log-line.ts';
import { type LogLine, readLogLines } from './read-log-lines.ts';
import type { Finding, Verdict } from './verdict.ts';

export interface VerifyOptions {
  readonly checkpoints?: readonly SignedCheckpoint[];
  /** Whose checkpoints count: SubjectPublicKeyInfo in base64, as the operator knows them. */
  readonly keys?: readonly string[];
  /** Hears every so often how far it has come. */
  readonly onProgress?: (records: number, bytes: number) => void;
}

const progressEvery = 65_536;

/**
 * Finds the first record of a log that is not what was written there, reading the file once and
 * holding a line of it at a time. Without checkpoints a shortened or rewritten tail can't be seen:
 * whoever can write the file can chain it anew. A last line without its line feed was torn by a kill
 * and is no defect.
 */
export function verifyAuditLog(file: string, options: VerifyOptions = {}): Verdict {
  const { checkpoints = [], keys = [], onProgress } = options;
  const forged = checkpoints.find((signed) => !isGenuine(signed, keys));
  if (forged)
    return defect({ defect: 'checkpoint-forged', sequence: forged.sequence, line: 0, offsetBytes: 0 });
  const pins = new Map(checkpoints.map(({ sequence, hash }) => [sequence, hash]));
  const reached: Reached = { head: emptyHead, before: emptyHead, pinned: 0, line: 0, offsetBytes: 0 };
  let tornBytes = 0;
  for (const line of readLogLines(file)) {
    if (!line.isWhole) {
      tornBytes = line.bytes.length;
      break;
    }
    const finding = take(file, line, reached, pins);
    if (finding !== null) return defect(finding, timeOf(line.bytes));
    if (line.number % progressEvery === 0) onProgress?.(line.number, line.offsetBytes);
  }
  return atEnd(reached, pins, tornBytes);
}

/** How far the log is what was written. */
interface Reached {
  head: Head;
  /** The one before `head`. */
  before: Head;
  /** The last record that a checkpoint vouches for. */
  pinned: number;
  line: number;
  offsetBytes: number;
}

function take(
  file: string,
  line: LogLine,
  reached: Reached,
  pins: ReadonlyMap<number, string>,
): Finding | null {
  const link = linkOf(line.bytes);
  const { head, before, pinned } = reached;
  if (link === null || !follows(link, head)) {
    const isHeadPinned = pinned === head.sequence;
    const claimed = claimOf(line.bytes);
    return classifyMisfit({ file, line, link, claimed, head, before, isHeadPinned, lineBefore: reached });
  }
  const pin = pins.get(link.sequence);
  const { number, offsetBytes } = line;
  if (pin !== undefined && pin !== link.hash) {
    const through = link.sequence;
    return { defect: 'rechained', sequence: pinned + 1, through, line: number, offsetBytes };
  }
  Object.assign(reached, { head: link, before: head, line: number, offsetBytes });
  if (pin !== undefined) reached.pinned = link.sequence;
  return null;
}

function atEnd(
  { head, pinned, line, offsetBytes }: Reached,
  pins: ReadonlyMap<number, string>,
  tornBytes: number,
): Verdict {
  const last = Math.max(0, ...pins.keys());
  if (last > head.sequence) {
    const missing = { sequence: head.sequence + 1, through: last, line: line + 1 };
    return defect({ defect: 'truncated', ...missing, offsetBytes });
  }
  return { intact: true, records: head.sequence, vouchedFor: pinned, tornBytes };
}

function defect(finding: Finding, time: string | null = null): Verdict {
  return { intact: false, time, ...finding };
}
