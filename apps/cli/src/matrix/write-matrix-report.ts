import { join } from 'node:path';
import { runManifest, traceReach } from '@blastradius/blast-radius';
import { readLedgers } from '@blastradius/ledger';
import {
  allCellRows,
  buildResults,
  dictionary,
  dictionaryMarkdown,
  type EndedTrial,
  latencyRows,
  type MatrixResults,
  renderHeatMapSvg,
  renderMatrixHtml,
  renderMatrixMarkdown,
  type TrialRecord,
  toCsv,
  toJsonLines,
  trialRows,
} from '@blastradius/matrix';
import { RunUnreadable, readManifest } from '../read-manifest.ts';
import { writeReport } from '../write-report.ts';
import { type MatrixFolder, writeWhole } from './matrix-folder.ts';

/** Computes every number of a matrix again, from the ledgers of its trials alone, and writes its files. */
export function writeMatrixReport(folder: MatrixFolder): MatrixResults {
  const ended = folder.records().map((record) => measure(folder, record));
  const results = buildResults(folder.manifest, ended);
  const files: Record<string, string> = {
    'results.json': `${JSON.stringify(results, null, 2)}\n`,
    'trials.csv': toCsv(trialRows(results)),
    'trials.jsonl': toJsonLines(trialRows(results)),
    'cells.csv': toCsv(allCellRows(results)),
    'cells.jsonl': toJsonLines(allCellRows(results)),
    'latencies.csv': toCsv(latencyRows(results)),
    'latencies.jsonl': toJsonLines(latencyRows(results)),
    'dictionary.json': `${JSON.stringify(dictionary, null, 2)}\n`,
    'dictionary.md': dictionaryMarkdown(),
    'report.html': renderMatrixHtml(results),
    'report.md': renderMatrixMarkdown(results),
    'heat-map.svg': renderHeatMapSvg(results),
  };
  for (const [name, text] of Object.entries(files)) writeWhole(join(folder.path, name), text);
  return results;
}

function measure(folder: MatrixFolder, record: TrialRecord): EndedTrial {
  if (record.state === 'failed') return { record, measured: null };
  const path = folder.pathOf(record.id);
  const run = readManifest(join(path, 'run.json'), runManifest).arms[record.arm];
  const result = writeReport(path).arms[record.arm];
  if (!run || !result) throw new RunUnreadable(`${path} holds no run of arm ${record.arm}`);
  const reach = traceReach(run, readLedgers(join(path, record.arm, 'ledger')));
  return { record, measured: { result, reach } };
}
