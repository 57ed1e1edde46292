import { realpathSync } from 'node:fs';
import type { ClosedWay } from '../go/build-go-program.ts';
import { onPath, runProgram, type Surroundings } from '../programs.ts';
import { type K6, K6_VERSION } from './k6.ts';

/** The k6 of this machine, if it is the pinned version. */
export async function k6OnPath(surroundings: Surroundings): Promise<K6 | ClosedWay> {
  const file = onPath('k6', surroundings);
  if (!file) return { closed: 'there is no k6 on PATH' };
  const version = await k6VersionOf(file, surroundings);
  if (version === K6_VERSION) return { kind: 'binary', file: realpathSync(file), from: 'PATH' };
  return { closed: `${file} is ${version ? `k6 ${version}` : 'no k6 that tells its version'}` };
}

/** What `k6 version` says, under whatever name the file has; null where it says nothing of the kind. */
export async function k6VersionOf(file: string, surroundings: Surroundings): Promise<string | null> {
  const { ok, stdout } = await runProgram(file, ['version'], { ...surroundings, timeoutMs: 20_000 });
  return ok ? (/^\S+ v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] ?? null) : null;
}
