import { fstatSync, readSync } from 'node:fs';
import { AuditLogUnreadable } from './audit.errors.ts';
import { emptyHead, type Head } from './chain.ts';
import { claimOf } from './log-line.ts';

const CHUNK_BYTES = 65_536;
const NEWLINE = 0x0a;

export interface LogTail {
  readonly head: Head;
  /** Where the last complete line ends. What follows was torn when its writer was killed. */
  readonly endBytes: number;
}

/** Finds the last complete record of an open log, reading no more of it than needed. */
export function readTail(fd: number): LogTail {
  const size = fstatSync(fd).size;
  let tail = Buffer.alloc(0);
  for (let from = size; ; ) {
    const end = tail.lastIndexOf(NEWLINE);
    const start = end <= 0 ? -1 : tail.lastIndexOf(NEWLINE, end - 1);
    if (end >= 0 && (start >= 0 || from === 0)) {
      return { head: headOf(tail.subarray(start + 1, end)), endBytes: from + end + 1 };
    }
    if (from === 0) return { head: emptyHead, endBytes: 0 };
    const length = Math.min(CHUNK_BYTES, from);
    from -= length;
    const chunk = Buffer.alloc(length);
    readSync(fd, chunk, 0, length, from);
    tail = Buffer.concat([chunk, tail]);
  }
}

function headOf(line: Buffer): Head {
  const record = claimOf(line);
  if (!record) throw new AuditLogUnreadable('the last line of the audit log is no chained record');
  return { sequence: record.sequence, hash: record.hash };
}
