import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Surroundings } from './programs.ts';

/** Where programs that we built stay for the next run (XDG Base Directory Specification). */
export function cacheFolder(env: Surroundings['env']): string {
  const home = env['HOME'] || homedir();
  return join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'blastradius');
}
