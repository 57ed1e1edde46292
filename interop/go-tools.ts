import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheFolder } from '../packages/load/src/cache-folder.ts';
import { buildGoProgram, type GoProgram } from '../packages/load/src/go/build-go-program.ts';

export interface GoTool extends Pick<GoProgram, 'tags' | 'sum' | 'without'> {
  /** `github.com/spiffe/spire` */
  readonly module: string;
  /** `v1.15.3`; a tool is built once for each version, `latest` therefore once. */
  readonly version: string;
  /** Its main package, seen from the module's root: `.` or `cmd/spire-agent`. */
  readonly package: string;
}

/**
 * Somebody else's program, as its authors published it: built by Go into the user's cache, once. Undefined
 * where that can't be done; a line on stderr then says why, so that a skipped test is never silent.
 */
export async function goTool(tool: GoTool): Promise<string | undefined> {
  const name = tool.package === '.' ? moduleName(tool.module) : basename(tool.package);
  const file = join(cacheFolder(process.env), `${name}-${tool.version}`);
  if (existsSync(file)) return file;
  const { module, version, package: main, ...rest } = tool;
  const packagePath = main === '.' ? '.' : `./${main}`;
  const program = { ...rest, name, module: `${module}@${version}`, package: packagePath };
  const built = await buildGoProgram(program, file, { env: process.env, onProgress: say });
  if ('file' in built) return built.file;
  say(`SKIPPED: ${name} ${version} can't be had here: ${built.closed}`);
  return undefined;
}

/** The last part of a module's path that is no major version. */
function moduleName(module: string): string {
  return basename(module.replace(/\/v\d+$/, ''));
}

function say(line: string): void {
  process.stderr.write(`interop: ${line}\n`);
}
