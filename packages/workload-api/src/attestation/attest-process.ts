import { attestWorkload } from './attest-workload.ts';
import { PinnedProcess } from './pinned-process.ts';
import { readProcessOwner } from './process-owner.ts';
import type { WorkloadAttestor } from './workload-attestor.ts';

/**
 * What the attestors say of any process of this host, by its pid: for explanations alone, because nobody
 * has proved to be it. Throws `ProcessGone` where there is no such process, or no longer.
 */
export async function attestProcess(
  pid: number,
  attestors: readonly WorkloadAttestor[],
): Promise<readonly string[]> {
  const { uid, gid } = readProcessOwner(pid);
  const process = new PinnedProcess({ pid, uid, gid, pidfd: undefined });
  try {
    return await attestWorkload(process, attestors);
  } finally {
    process.release();
  }
}
