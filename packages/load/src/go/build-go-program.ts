import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onPath, runProgram, type Surroundings } from '../programs.ts';

const DOWNLOAD_MS_MAX = 5 * 60_000;
const BUILD_MS_MAX = 20 * 60_000;

/** A program that Go builds from one version of one module. */
export interface GoProgram {
  /** What it is called in what is told of it. */
  readonly name: string;
  /** `github.com/spiffe/spire@v1.15.3` */
  readonly module: string;
  /** Its main package, seen from the module's root: `.`, or `./cmd/spire-agent`. */
  readonly package: string;
  /** What `go mod download` must say of the module, where it is pinned here. */
  readonly sum?: string;
  readonly tags?: readonly string[];
  /** What is built without: the lines of a file of the module that say this word. */
  readonly without?: { readonly file: string; readonly word: string };
}

/** A way that is closed on this machine, and why. */
export interface ClosedWay {
  readonly closed: string;
}

export interface GoBuildOptions extends Surroundings {
  /** Building takes minutes: what goes on is told here. */
  readonly onProgress: (line: string) => void;
  /** The last word on what was built; says what is wrong with it. */
  readonly refuse?: (file: string) => Promise<string | undefined>;
}

/**
 * Builds a program with Go into `file`. `go install` would ask the module proxy for the latest version,
 * which not every proxy tells; `go mod download` names the one version.
 */
export async function buildGoProgram(
  program: GoProgram,
  file: string,
  options: GoBuildOptions,
): Promise<{ readonly file: string } | ClosedWay> {
  const go = onPath('go', options);
  if (!go) return { closed: 'there is no Go to build it with' };
  options.onProgress(`${program.name} is not there: downloading its source (${program.module}) ...`);
  const source = await download(go, program, options);
  if ('closed' in source) return source;
  const tooOld = await missingGo(go, { asker: program.name, goMod: source.goMod }, options);
  if (tooOld) return { closed: tooOld };
  options.onProgress(`building ${program.name} with Go, once; this takes some minutes ...`);
  mkdirSync(dirname(file), { recursive: true });
  // Under a name of our own first: two runs that build at once each end with a whole file.
  const building = join(dirname(file), `.${program.name.replaceAll(/\W+/g, '-')}-${randomUUID()}`);
  try {
    const built = await build(go, { program, folder: source.folder, file: building }, options);
    if (built) return { closed: built };
    const wrong = await options.refuse?.(building);
    if (wrong !== undefined) return { closed: wrong };
    renameSync(building, file);
  } finally {
    rmSync(building, { force: true });
  }
  options.onProgress(`built: ${file}`);
  return { file };
}

interface Source {
  readonly folder: string;
  readonly goMod: string;
}

async function download(
  go: string,
  { module, sum }: GoProgram,
  options: GoBuildOptions,
): Promise<Source | ClosedWay> {
  const args = ['mod', 'download', '-json', module];
  const { ok, stdout, complaint } = await runProgram(go, args, { ...options, timeoutMs: DOWNLOAD_MS_MAX });
  const told = parseObject(stdout);
  if (!ok || typeof told['Dir'] !== 'string' || typeof told['GoMod'] !== 'string')
    return { closed: `its source could not be downloaded: ${told['Error'] ?? complaint}` };
  if (sum !== undefined && told['Sum'] !== sum)
    return { closed: `its source has the sum ${told['Sum']}, not the pinned ${sum}: it is not built` };
  return { folder: told['Dir'], goMod: told['GoMod'] };
}

/** Says what is missing where this Go is older than the module asks for. */
async function missingGo(
  go: string,
  { asker, goMod }: { readonly asker: string; readonly goMod: string },
  options: GoBuildOptions,
): Promise<string | null> {
  const asked = /^go (\S+)$/m.exec(readFileSync(goMod, 'utf8'))?.[1] ?? '0';
  // The Go that is there, not one that it would fetch for itself.
  const { stdout } = await runProgram(go, ['env', 'GOVERSION'], {
    ...options,
    env: { ...options.env, GOTOOLCHAIN: 'local' },
  });
  const version = stdout.trim().replace(/^go/, '');
  return isAtLeast(version, asked) ? null : `${go} is Go ${version}, and ${asker} asks for ${asked} or newer`;
}

async function build(
  go: string,
  { program, folder, file }: { readonly program: GoProgram; readonly folder: string; readonly file: string },
  options: GoBuildOptions,
): Promise<string | undefined> {
  const tags = program.tags === undefined ? [] : ['-tags', program.tags.join(',')];
  const copy = program.without === undefined ? undefined : copyWithout(folder, program.without);
  const args = ['build', '-trimpath', '-buildvcs=false', ...tags, '-o', file, program.package];
  const built = await runProgram(go, args, {
    ...options,
    env: { ...options.env, CGO_ENABLED: '0', GOWORK: 'off' },
    cwd: copy ?? folder,
    timeoutMs: BUILD_MS_MAX,
  });
  if (copy !== undefined) rmSync(copy, { recursive: true });
  return built.ok ? undefined : `building it with ${go} failed: ${built.complaint}`;
}

/** A copy of the module whose file lacks those lines: what lies in Go's cache is nobody's to change. */
function copyWithout(folder: string, { file, word }: NonNullable<GoProgram['without']>): string {
  const copy = mkdtempSync(join(tmpdir(), 'go-module-'));
  cpSync(folder, copy, { recursive: true });
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  chmodTree(copy);
  writeFileSync(join(copy, file), lines.filter((line) => !line.includes(word)).join('\n'));
  return copy;
}

/** Go's cache is read-only, and so is a copy of it: not even `rm` could take it away again. */
function chmodTree(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600);
  }
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
