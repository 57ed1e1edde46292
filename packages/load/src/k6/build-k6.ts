import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ClosedWay, type K6, K6_MODULE, K6_MODULE_SUM, K6_VERSION } from './k6.ts';
import type { K6Cache } from './k6-cache.ts';
import { k6VersionOf } from './k6-on-path.ts';
import { onPath, runProgram, type Surroundings } from './programs.ts';

const DOWNLOAD_MS_MAX = 5 * 60_000;
const BUILD_MS_MAX = 15 * 60_000;

interface BuildOptions extends Surroundings {
  readonly onProgress: (line: string) => void;
  /** For tests alone: the sum of a module of theirs. */
  readonly moduleSum?: string;
}

/**
 * Builds k6 with Go into the cache. `go install` would ask the module proxy for its latest version,
 * which not every proxy tells; `go mod download` names the one version, whose sum is pinned.
 */
export async function buildK6(cache: K6Cache, options: BuildOptions): Promise<K6 | ClosedWay> {
  const go = onPath('go', options);
  if (!go) return { closed: 'there is no Go to build it with' };
  options.onProgress(`k6 ${K6_VERSION} is not there: downloading its source (${K6_MODULE}) ...`);
  const source = await download(go, options);
  if ('closed' in source) return source;
  const tooOld = await missingGo(go, source.goMod, options);
  if (tooOld) return { closed: tooOld };
  options.onProgress('building k6 with Go, once; this takes some minutes ...');
  mkdirSync(cache.folder, { recursive: true });
  // Under a name of our own first: two runs that build at once each end with a whole file.
  const building = join(cache.folder, `.k6-${K6_VERSION}-${randomUUID()}`);
  try {
    const built = await runProgram(go, ['build', '-trimpath', '-buildvcs=false', '-o', building, '.'], {
      ...options,
      env: { ...options.env, CGO_ENABLED: '0', GOWORK: 'off' },
      cwd: source.folder,
      timeoutMs: BUILD_MS_MAX,
    });
    if (!built.ok) return { closed: `building it with ${go} failed: ${built.complaint}` };
    const version = await k6VersionOf(building, options);
    if (version !== K6_VERSION) return { closed: `what Go built calls itself ${version}, not ${K6_VERSION}` };
    renameSync(building, cache.file);
  } finally {
    rmSync(building, { force: true });
  }
  options.onProgress(`built: ${cache.file}`);
  return { kind: 'binary', file: realpathSync(cache.file), from: 'build' };
}

interface Source {
  readonly folder: string;
  readonly goMod: string;
}

async function download(go: string, options: BuildOptions): Promise<Source | ClosedWay> {
  const args = ['mod', 'download', '-json', K6_MODULE];
  const { ok, stdout, complaint } = await runProgram(go, args, { ...options, timeoutMs: DOWNLOAD_MS_MAX });
  const told = parseObject(stdout);
  if (!ok || typeof told['Dir'] !== 'string' || typeof told['GoMod'] !== 'string')
    return { closed: `its source could not be downloaded: ${told['Error'] ?? complaint}` };
  const expected = options.moduleSum ?? K6_MODULE_SUM;
  if (told['Sum'] !== expected)
    return { closed: `its source has the sum ${told['Sum']}, not the pinned ${expected}: it is not built` };
  return { folder: told['Dir'], goMod: told['GoMod'] };
}

/** Says what is missing where this Go is older than the module asks for. */
async function missingGo(go: string, goMod: string, options: BuildOptions): Promise<string | null> {
  const asked = /^go (\S+)$/m.exec(readFileSync(goMod, 'utf8'))?.[1] ?? '0';
  // The Go that is there, not one that it would fetch for itself.
  const { stdout } = await runProgram(go, ['env', 'GOVERSION'], {
    ...options,
    env: { ...options.env, GOTOOLCHAIN: 'local' },
  });
  const version = stdout.trim().replace(/^go/, '');
  return isAtLeast(version, asked) ? null : `${go} is Go ${version}, and k6 asks for ${asked} or newer`;
}

/** Compares `1.26.8` and the like, number by number. */
export function isAtLeast(version: string, asked: string): boolean {
  const numbers = (text: string) => text.split(/[^\d]+/).map(Number);
  const [have, want] = [numbers(version), numbers(asked)];
  for (let i = 0; i < Math.max(have.length, want.length); i++) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function parseObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
