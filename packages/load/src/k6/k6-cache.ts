import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import type { ClosedWay } from '../go/build-go-program.ts';
import type { Surroundings } from '../programs.ts';
import { type K6, K6_VERSION } from './k6.ts';
import { k6VersionOf } from './k6-on-path.ts';

/** Where a k6 that we built stays for the next run. */
export interface K6Cache {
  readonly folder: string;
  readonly file: string;
  find(surroundings: Surroundings): Promise<K6 | ClosedWay>;
}

/** In the user's cache folder, as the XDG Base Directory Specification has it. */
export function k6Cache(env: Surroundings['env']): K6Cache {
  const folder = cacheFolder(env);
  const file = join(folder, `k6-${K6_VERSION}`);
  return {
    folder,
    file,
    find: async (surroundings) => {
      if (!existsSync(file)) return { closed: `none was built before (${file})` };
      const version = await k6VersionOf(file, surroundings);
      if (version === K6_VERSION) return { kind: 'binary', file: realpathSync(file), from: 'cache' };
      return { closed: `${file} does not run as k6 ${K6_VERSION}: remove it` };
    },
  };
}
