import { type FileHandle, open } from 'node:fs/promises';
import type { FileDigests } from './file-digests.ts';
import { readProcLink, sharesFileSystemView, unlessHidden } from './proc-view.ts';
import type { WorkloadAttestor, WorkloadProcess } from './workload-attestor.ts';

/** Far above any program one runs; keeps a caller from having us read for minutes. */
const EXECUTABLE_BYTES_MAX = 2 ** 30;

/**
 * User, group and executable of the calling process, in SPIRE's selectors: `unix:uid:N`,
 * `unix:gid:N`, `unix:path:/abs`, `unix:sha256:hex`.
 *
 * The executable is read through /proc/<pid>/exe, which leads to the file that runs whatever
 * lies at its path by now. A file that was deleted or replaced gives neither path nor digest.
 */
export class UnixAttestor implements WorkloadAttestor {
  readonly #digests: FileDigests;

  constructor(digests: FileDigests) {
    this.#digests = digests;
  }

  async attest(process: WorkloadProcess): Promise<string[]> {
    const owner = [`unix:uid:${process.uid}`, `unix:gid:${process.gid}`];
    const link = `/proc/${process.pid}/exe`;
    const executable = await unlessHidden(() => open(link, 'r'));
    if (executable === undefined) return owner;
    try {
      return [...owner, ...(await this.#describe(executable, link, process.pid))];
    } finally {
      await executable.close();
    }
  }

  async #describe(executable: FileHandle, link: string, pid: number): Promise<string[]> {
    const path = await readProcLink(link);
    const { nlink } = await executable.stat();
    if (path === undefined || path.endsWith(' (deleted)') || nlink === 0) return [];
    const digest = await this.#digests.sha256(executable, EXECUTABLE_BYTES_MAX);
    const selectors = digest === undefined ? [] : [`unix:sha256:${digest}`];
    if (await sharesFileSystemView(pid)) selectors.unshift(`unix:path:${path}`);
    return selectors;
  }
}
