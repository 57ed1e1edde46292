import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildReport, type Report, runManifest } from '@blastradius/blast-radius';
import { DomainError } from '@blastradius/kernel';
import { type LedgerRecord, readLedgers } from '@blastradius/ledger';
import { renderPicture, renderReportHtml } from '@blastradius/scenario';

export class RunUnreadable extends DomainError {
  readonly code = 'report.run-unreadable';
  readonly category = 'invalid';
}

/** Computes the report from a run's ledgers alone and writes `report.json`, `report.html` and the picture `report.svg` beside them. */
export function writeReport(folder: string): Report {
  const manifest = readManifest(folder);
  const ledgers: Record<string, LedgerRecord[]> = {};
  for (const arm of Object.keys(manifest.arms)) {
    const ledgerFolder = join(folder, arm, 'ledger');
    if (!existsSync(ledgerFolder))
      throw new RunUnreadable(`${ledgerFolder} is missing: the ledgers of arm ${arm}`);
    ledgers[arm] = readLedgers(ledgerFolder);
  }
  const report = buildReport(manifest, ledgers);
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(folder, 'report.html'), renderReportHtml(report));
  writeFileSync(join(folder, 'report.svg'), renderPicture(report));
  return report;
}

function readManifest(folder: string) {
  const file = join(folder, 'run.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new RunUnreadable(`${file} can't be read: give the folder that a run wrote (its --out)`, { cause });
  }
  try {
    return runManifest.parse(JSON.parse(text));
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new RunUnreadable(`${file} is not the manifest of a run: ${detail.slice(0, 500)}`, { cause });
  }
}
