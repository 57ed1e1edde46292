import { closeSync, constants, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Chained, chain, type Head } from './chain.ts';
import { readTail } from './log-tail.ts';

export interface AuditLog<R extends object> {
  /** Writes the record before it returns; throws where it can't be written. */
  append(record: R): Chained<R>;
  head(): Head;
  close(): void;
}

/**
 * Opens an append-only log whose records are chained by hash. A process killed the next instant
 * has lost nothing it had appended; a line torn by the kill is cut off when the log is opened
 * again, and the chain goes on. A folder that isn't there is made.
 */
export function openAuditLog<R extends object>(file: string): AuditLog<R> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
  const tail = readTail(fd);
  ftruncateSync(fd, tail.endBytes);
  let head = tail.head;
  return {
    append: (record) => {
      const chained = chain(record, head);
      writeWhole(fd, Buffer.from(`${JSON.stringify(chained)}\n`));
      head = { sequence: chained.sequence, hash: chained.hash };
      return chained;
    },
    head: () => head,
    close: () => closeSync(fd),
  };
}

function writeWhole(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}
