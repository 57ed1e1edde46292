import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildReport, type Report, runManifest } from '@blastradius/blast-radius';
import { type LedgerRecord, readLedgers } from '@blastradius/ledger';
import { renderPicture, renderReportHtml } from '@blastradius/scenario';
import { readLoadRun } from './read-load-run.ts';
import { RunUnreadable, readManifest } from './read-manifest.ts';

/**
 * Computes the report from a run's ledgers alone, and from `load.json` where it was put under load,
 * and writes `report.json`, `report.html` and the picture `report.svg` beside them.
 */
export function writeReport(folder: string): Report {
  const manifest = readManifest(join(folder, 'run.json'), runManifest);
  const ledgers: Record<string, LedgerRecord[]> = {};
  for (const arm of Object.keys(manifest.arms)) {
    const ledgerFolder = join(folder, arm, 'ledger');
    if (!existsSync(ledgerFolder))
      throw new RunUnreadable(`${ledgerFolder} is missing: the ledgers of arm ${arm}`);
    ledgers[arm] = readLedgers(ledgerFolder);
  }
  const report = buildReport(manifest, ledgers, readLoadRun(folder));
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(folder, 'report.html'), renderReportHtml(report));
  writeFileSync(join(folder, 'report.svg'), renderPicture(report));
  return report;
}
