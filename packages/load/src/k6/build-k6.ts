import { realpathSync } from 'node:fs';
import { buildGoProgram, type ClosedWay, type GoBuildOptions } from '../go/build-go-program.ts';
import { type K6, K6_MODULE, K6_MODULE_SUM, K6_VERSION } from './k6.ts';
import type { K6Cache } from './k6-cache.ts';
import { k6VersionOf } from './k6-on-path.ts';

/** Builds k6 with Go into the cache. The sum of its module is pinned. */
export async function buildK6(
  cache: K6Cache,
  options: Omit<GoBuildOptions, 'refuse'>,
): Promise<K6 | ClosedWay> {
  const program = { name: 'k6', module: K6_MODULE, package: '.', sum: K6_MODULE_SUM };
  const refuse = async (file: string) => {
    const version = await k6VersionOf(file, options);
    return version === K6_VERSION ? undefined : `what Go built calls itself ${version}, not ${K6_VERSION}`;
  };
  const built = await buildGoProgram(program, cache.file, { ...options, refuse });
  return 'closed' in built ? built : { kind: 'binary', file: realpathSync(built.file), from: 'build' };
}
