import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { cacheFolder } from '../packages/load/src/cache-folder.ts';
import { isAtLeast } from '../packages/load/src/go/build-go-program.ts';
import { onPath, runProgram } from '../packages/load/src/programs.ts';

export interface ClientBuild {
  /** `rust` */
  readonly name: string;
  /** Programs that have to be on PATH, each with the oldest version that will do. */
  readonly toolchain: readonly {
    readonly program: string;
    readonly versionArgs: readonly string[];
    readonly oldest: string;
  }[];
  /** The folder of the client, and what in it the build is made of: a change of these, or of a step, builds it again. */
  readonly folder: string;
  readonly sources: readonly string[];
  /** One after the other, in `folder`; `into` is in the user's cache, and empty the first time. */
  steps(into: string): readonly (readonly [program: string, ...args: string[]])[];
}

const STEP_MS_MAX = 15 * 60_000;

/**
 * Builds a client of another language into the user's cache, once. Undefined where its toolchain isn't
 * there: a line on stderr then says so. A build that fails with the toolchain there is an error.
 */
export async function buildClient(client: ClientBuild): Promise<string | undefined> {
  const missing = await missingTool(client);
  if (missing !== undefined) {
    say(`SKIPPED: the ${client.name} client: ${missing}`);
    return undefined;
  }
  const into = join(cacheFolder(process.env), 'interop', `${client.name}-${digest(client)}`);
  const stamp = join(into, '.built');
  if (existsSync(stamp)) return into;
  const startedMs = Date.now();
  say(`building the ${client.name} client, once; this takes some minutes ...`);
  mkdirSync(into, { recursive: true });
  for (const [program, ...args] of client.steps(into)) {
    const { ok, complaint, stdout } = await runProgram(program, args, {
      env: process.env,
      cwd: client.folder,
      timeoutMs: STEP_MS_MAX,
    });
    if (!ok) throw new Error(`${program} ${args.join(' ')} failed: ${stdout.slice(-2000)} ${complaint}`);
  }
  writeFileSync(stamp, '');
  say(`built the ${client.name} client in ${Math.round((Date.now() - startedMs) / 1000)} s`);
  return into;
}

async function missingTool({ toolchain }: ClientBuild): Promise<string | undefined> {
  for (const { program, versionArgs, oldest } of toolchain) {
    if (!onPath(program, { env: process.env })) return `there is no ${program}`;
    const { stdout } = await runProgram(program, versionArgs, { env: process.env });
    // Maven prints its version in bold.
    const version = /\d+(\.\d+)*/.exec(stripVTControlCharacters(stdout))?.[0] ?? '0';
    if (!isAtLeast(version, oldest)) return `${program} is ${version}, and ${oldest} or newer is needed`;
  }
  return undefined;
}

function digest({ folder, sources, steps }: ClientBuild): string {
  const hash = createHash('sha256').update(JSON.stringify(steps('')));
  for (const source of sources) hash.update(`${source}\0`).update(readFileSync(join(folder, source)));
  return hash.digest('hex').slice(0, 16);
}

function say(line: string): void {
  process.stderr.write(`interop: ${line}\n`);
}
