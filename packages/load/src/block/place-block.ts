import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** `03-x509-svid`: blocks in the order in which they were run. */
export const blockName = (index: number, arm: string): string => `${String(index).padStart(2, '0')}-${arm}`;

/**
 * Puts a block where it belongs: the first of its arm where any run has its ledgers (`<arm>/`), so that
 * whatever reads a run reads this one; each further one below `blocks/`. Returns the folder, relative to the run's.
 */
export function placeBlock(
  runFolder: string,
  playedIn: string,
  { index, arm, isFirst }: { readonly index: number; readonly arm: string; readonly isFirst: boolean },
): string {
  const played = join(playedIn, arm);
  if (isFirst) {
    renameSync(played, join(runFolder, arm));
    rmSync(playedIn, { recursive: true });
    return arm;
  }
  const folder = join('blocks', blockName(index, arm));
  const target = join(runFolder, folder);
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(played)) renameSync(join(played, name), join(target, name));
  renameSync(join(playedIn, 'run.json'), join(target, 'run.json'));
  rmSync(playedIn, { recursive: true });
  return folder;
}
