import { constants } from 'node:fs';
import { lstat, open, readFile, realpath } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { FileDigests } from './file-digests.ts';
import { readProcLink, sharesFileSystemView, unlessHidden } from './proc-view.ts';
import type { WorkloadAttestor, WorkloadProcess } from './workload-attestor.ts';

const INTERPRETER = /^(?:node|nodejs|python)[\d.]*$/;
const SCRIPT_BYTES_MAX = 64 * 2 ** 20;
/** How far `startedAtMs` may lie before the true start. */
const START_UNCERTAINTY_MS = 20;

/** Variables that make an interpreter, or the loader below it, run code of the caller's choice. */
const CODE_INJECTING = new Set([
  'NODE_OPTIONS',
  'NODE_PATH',
  'PYTHONPATH',
  'PYTHONHOME',
  'PYTHONSTARTUP',
  'LD_PRELOAD',
  'LD_AUDIT',
  'LD_LIBRARY_PATH',
]);

/**
 * The script that an interpreter runs: `interpreter:path:/abs/script`, `interpreter:sha256:hex`.
 * Only for `node script ...` and `python script ...` with nothing in between and nothing in the
 * environment that injects code, for a script that has not been touched since the process
 * started, and reached without a symbolic link: a link can be turned after the start.
 *
 * What it can't see: a process may overwrite its own argument list and its own environment, and
 * another process of the same user may attach a debugger; what the script imports is not
 * hashed. It tells a mix-up and a changed file from the real thing; against hostile code of the
 * same user only a user of its own for each workload helps (`unix:uid`).
 */
export class InterpreterAttestor implements WorkloadAttestor {
  readonly #digests: FileDigests;

  constructor(digests: FileDigests) {
    this.#digests = digests;
  }

  async attest(process: WorkloadProcess): Promise<string[]> {
    const executable = await readProcLink(`/proc/${process.pid}/exe`);
    if (executable === undefined || !INTERPRETER.test(basename(executable))) return [];
    if (!(await sharesFileSystemView(process.pid))) return [];
    const path = await scriptPath(process.pid);
    if (path === undefined) return [];
    const digest = await unlessHidden(() => this.#digestScript(path, process.startedAtMs));
    return digest === undefined ? [] : [`interpreter:path:${path}`, `interpreter:sha256:${digest}`];
  }

  async #digestScript(path: string, startedAtMs: number): Promise<string | undefined> {
    if ((await realpath(path)) !== path) return undefined;
    // Opening a pipe or a device could block or do something; so look before.
    if (!(await lstat(path)).isFile()) return undefined;
    const script = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      // The change time can't be set back as the modification time can. A script that is younger
      // than its process is not what was loaded.
      const { ctimeMs } = await script.stat();
      if (ctimeMs > startedAtMs + START_UNCERTAINTY_MS) return undefined;
      return await this.#digests.sha256(script, SCRIPT_BYTES_MAX);
    } finally {
      await script.close();
    }
  }
}

async function scriptPath(pid: number): Promise<string | undefined> {
  const [commandLine, environment, directory] = await Promise.all([
    unlessHidden(() => readFile(`/proc/${pid}/cmdline`, 'utf8')),
    unlessHidden(() => readFile(`/proc/${pid}/environ`, 'utf8')),
    readProcLink(`/proc/${pid}/cwd`),
  ]);
  if (commandLine === undefined || environment === undefined || directory === undefined) return undefined;
  const script = scriptArgument(commandLine);
  if (script === undefined || injectsCode(environment)) return undefined;
  return resolve(directory, script);
}

/** The first argument, unless it is an option; `commandLine` as in /proc/<pid>/cmdline. */
export function scriptArgument(commandLine: string): string | undefined {
  const script = commandLine.split('\0')[1];
  return script === undefined || script === '' || script.startsWith('-') ? undefined : script;
}

/** `environment` as in /proc/<pid>/environ; a variable that is set to nothing injects nothing. */
export function injectsCode(environment: string): boolean {
  return environment.split('\0').some((entry) => {
    const equals = entry.indexOf('=');
    return equals > 0 && equals < entry.length - 1 && CODE_INJECTING.has(entry.slice(0, equals));
  });
}
