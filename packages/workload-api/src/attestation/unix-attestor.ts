import { type FileHandle, open } from 'node:fs/promises';
import { readAccountNames } from './account-names.ts';
import type { FileDigests } from './file-digests.ts';
import { readProcLink, sharesFileSystemView, unlessHidden } from './proc-view.ts';
import { readProcessOwner } from './process-owner.ts';
import type { WorkloadAttestor, WorkloadProcess } from './workload-attestor.ts';

/** Far above any program one runs; keeps a caller from having us read for minutes. */
const EXECUTABLE_BYTES_MAX = 2 ** 30;

/**
 * User, groups and executable of the calling process, in SPIRE's selectors: `unix:uid:N`, `unix:user:name`,
 * `unix:gid:N`, `unix:group:name`, `unix:supplementary_gid:N`, `unix:supplementary_group:name`,
 * `unix:path:/abs`, `unix:sha256:hex`. Names are those of our own /etc/passwd and /etc/group.
 *
 * The executable is read through /proc/<pid>/exe, which leads to the file that runs whatever
 * lies at its path by now. A file that was deleted or replaced gives neither path nor digest.
 */
export class UnixAttestor implements WorkloadAttestor {
  readonly name = 'unix';
  readonly #digests: FileDigests;

  constructor(digests: FileDigests) {
    this.#digests = digests;
  }

  async attest(process: WorkloadProcess): Promise<string[]> {
    // Groups come last: a process may have thousands of them, and the rest is not to be cut off for that.
    const [owner, groups] = await describeOwner(process);
    const link = `/proc/${process.pid}/exe`;
    const executable = await unlessHidden(() => open(link, 'r'));
    if (executable === undefined) return [...owner, ...groups];
    try {
      return [...owner, ...(await this.#describe(executable, link, process.pid)), ...groups];
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

async function describeOwner({ pid, uid, gid }: WorkloadProcess): Promise<[string[], string[]]> {
  const [users, groups] = await Promise.all([
    readAccountNames('/etc/passwd'),
    readAccountNames('/etc/group'),
  ]);
  const named = (kind: string, name: string | undefined) =>
    name === undefined ? [] : [`unix:${kind}:${name}`];
  const owner = [
    `unix:uid:${uid}`,
    ...named('user', users.get(uid)),
    `unix:gid:${gid}`,
    ...named('group', groups.get(gid)),
  ];
  const supplementary = readProcessOwner(pid).supplementaryGids.flatMap((id) => [
    `unix:supplementary_gid:${id}`,
    ...named('supplementary_group', groups.get(id)),
  ]);
  return [owner, supplementary];
}
