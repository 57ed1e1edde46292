import { type FileHandle, readFile, realpath } from 'node:fs/promises';
import { basename, isAbsolute, resolve } from 'node:path';
import type { FileDigests } from './file-digests.ts';
import { findInterpreter, type Interpreter, injectsCode, scriptArgument } from './interpreters.ts';
import { openWithoutLinks } from './open-without-links.ts';
import { readProcLink, sharesFileSystemView, sharesUserNamespace, unlessHidden } from './proc-view.ts';
import type { WorkloadAttestor, WorkloadProcess } from './workload-attestor.ts';

const SCRIPT_BYTES_MAX = 64 * 2 ** 20;
/** How far `startedAtMs` may lie before the true start. */
const START_UNCERTAINTY_MS = 20;

/**
 * The script that an interpreter runs: `interpreter:path:/abs/script`, `interpreter:sha256:hex`.
 * Only for `node script ...` and the like (interpreters.ts) with nothing in between and nothing in the
 * environment that could bring code along, for a script that has not been touched since the process
 * started, and reached without a symbolic link: a link can be turned after the start.
 *
 * A process in a mount namespace or root of its own (a container beside ours) is attested by the
 * digest alone, read through its root: there a path proves nothing. It must not have made that
 * namespace itself, in a user namespace of its own.
 *
 * What it can't see: a process may overwrite its own argument list and its own environment, and
 * another process of the same user may attach a debugger; what the script imports is not
 * hashed. A folder that was swapped for the start and swapped back leaves every file as old as it
 * was. It tells a mix-up and a changed file from the real thing; against hostile code of the same
 * user only a user of its own for each workload helps (`unix:uid`).
 */
export class InterpreterAttestor implements WorkloadAttestor {
  readonly name = 'interpreter';
  readonly #digests: FileDigests;

  constructor(digests: FileDigests) {
    this.#digests = digests;
  }

  async attest(process: WorkloadProcess): Promise<string[]> {
    const executable = await readProcLink(`/proc/${process.pid}/exe`);
    const interpreter = executable === undefined ? undefined : findInterpreter(basename(executable));
    if (interpreter === undefined) return [];
    const script = await scriptOf(process.pid, interpreter);
    if (script === undefined) return [];
    if (await sharesFileSystemView(process.pid)) return this.#attestHere(script, process);
    if (await sharesUserNamespace(process.pid)) return this.#attestElsewhere(script, process);
    return [];
  }

  async #attestHere(script: string, process: WorkloadProcess): Promise<string[]> {
    const directory = await readProcLink(`/proc/${process.pid}/cwd`);
    if (directory === undefined) return [];
    const path = resolve(directory, script);
    const digest = await this.#digest(process, async () =>
      (await realpath(path)) === path ? openWithoutLinks('/', path) : undefined,
    );
    return digest === undefined ? [] : [`interpreter:path:${path}`, `interpreter:sha256:${digest}`];
  }

  async #attestElsewhere(script: string, process: WorkloadProcess): Promise<string[]> {
    const start = `/proc/${process.pid}/${isAbsolute(script) ? 'root' : 'cwd'}`;
    const digest = await this.#digest(process, () => openWithoutLinks(start, script));
    return digest === undefined ? [] : [`interpreter:sha256:${digest}`];
  }

  async #digest(
    { startedAtMs }: WorkloadProcess,
    openScript: () => Promise<FileHandle | undefined>,
  ): Promise<string | undefined> {
    const script = await unlessHidden(openScript);
    if (script === undefined) return undefined;
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

async function scriptOf(pid: number, interpreter: Interpreter): Promise<string | undefined> {
  const [commandLine, environment] = await Promise.all([
    unlessHidden(() => readFile(`/proc/${pid}/cmdline`, 'utf8')),
    unlessHidden(() => readFile(`/proc/${pid}/environ`, 'utf8')),
  ]);
  if (commandLine === undefined || environment === undefined) return undefined;
  return injectsCode(interpreter, environment) ? undefined : scriptArgument(interpreter, commandLine);
}
