import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const chunkBytes = 1 << 20;
const newline = 0x0a;
/** No record is as long; a file without line feeds must not fill the memory. */
const lineBytesMax = 1 << 24;

export interface LogLine {
  /** Without its line feed; cut at 16 MiB. Good until the next line is asked for. */
  readonly bytes: Buffer;
  /** 1 for the first. */
  readonly number: number;
  readonly offsetBytes: number;
  /** Its line feed is there: it was written to its end. */
  readonly isWhole: boolean;
}

/** The lines of a log, from `from` on, held one at a time. */
export function* readLogLines(
  file: string,
  from: { readonly offsetBytes: number; readonly number: number } = { offsetBytes: 0, number: 1 },
): Generator<LogLine> {
  const fd = openSync(file, 'r');
  try {
    let { offsetBytes, number } = from;
    let rest = Buffer.alloc(0);
    let cutBytes = 0;
    for (let at = offsetBytes; ; ) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, Math.max(1, fstatSync(fd).size - at)));
      const read = readSync(fd, chunk, 0, chunk.length, at);
      if (read === 0) break;
      at += read;
      const held =
        rest.length === 0 ? chunk.subarray(0, read) : Buffer.concat([rest, chunk.subarray(0, read)]);
      let start = 0;
      for (let end = held.indexOf(newline, rest.length); end >= 0; end = held.indexOf(newline, start)) {
        yield { bytes: held.subarray(start, end), number, offsetBytes, isWhole: true };
        number += 1;
        offsetBytes += end - start + 1 + cutBytes;
        cutBytes = 0;
        start = end + 1;
      }
      rest = held.subarray(start);
      if (rest.length > lineBytesMax) {
        cutBytes += rest.length - lineBytesMax;
        rest = rest.subarray(0, lineBytesMax);
      }
    }
    if (rest.length > 0) yield { bytes: rest, number, offsetBytes, isWhole: false };
  } finally {
    closeSync(fd);
  }
}
