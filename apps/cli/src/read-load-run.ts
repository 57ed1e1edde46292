import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadRequest, type LoadRun, loadManifest, loadRequestOf } from '@blastradius/blast-radius';
import { streamLedger } from '@blastradius/ledger';
import { RunUnreadable, readManifest } from './read-manifest.ts';

/** The load run of a folder, if there was one. Of each block's ledgers only the load's own requests are kept. */
export function readLoadRun(folder: string): LoadRun | undefined {
  const file = join(folder, 'load.json');
  if (!existsSync(file)) return undefined;
  const manifest = readManifest(file, loadManifest);
  const requestsByFolder: Record<string, LoadRequest[]> = {};
  for (const block of manifest.blocks) {
    const ledgerFolder = join(folder, block.folder, 'ledger');
    if (!existsSync(ledgerFolder))
      throw new RunUnreadable(`${ledgerFolder} is missing: the ledgers of block ${block.index}`);
    requestsByFolder[block.folder] = loadRequestsOf(ledgerFolder);
  }
  return { manifest, requestsByFolder };
}

function loadRequestsOf(ledgerFolder: string): LoadRequest[] {
  const requests: LoadRequest[] = [];
  for (const record of streamLedger(ledgerFolder, 'agents')) {
    const request = loadRequestOf(record);
    if (request) requests.push(request);
  }
  return requests;
}
