import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { AgentRecord } from '@blastradius/ledger';
import { readK6Point } from './k6-point.ts';
import { LoadCount } from './load-count.ts';
import { loadRecord } from './load-record.ts';

/**
 * Reads k6's JSON output while it comes, line by line: nothing is kept but the counts. `record` is given
 * every request of the load, those of the warm-up too, because the network's audit holds them as well.
 */
export function followK6Output(
  output: Readable,
  record: (record: AgentRecord, part: 'warm_up' | 'measured') => void,
): { readonly count: LoadCount; readonly ended: Promise<void> } {
  const count = new LoadCount();
  const lines = createInterface({ input: output, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('line', (line) => {
    const point = readK6Point(line);
    if (point === null) return;
    if (point.kind === 'drop') return count.take(point, null);
    const entry = loadRecord(point);
    count.take(point, entry.outcome);
    record(entry, point.part);
  });
  const ended = new Promise<void>((resolve) => lines.once('close', resolve));
  return { count, ended };
}
