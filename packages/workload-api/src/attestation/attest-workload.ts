import { FileDigests } from './file-digests.ts';
import { InterpreterAttestor } from './interpreter-attestor.ts';
import type { PinnedProcess } from './pinned-process.ts';
import { UnixAttestor } from './unix-attestor.ts';
import type { WorkloadAttestor } from './workload-attestor.ts';

/** What the issuer takes; a longer one (a path near PATH_MAX) is left out. */
const SELECTOR_CHARACTERS_MAX = 4096;

/** Everything that all attestors say about the process, sorted; a process that is replaced meanwhile gets nothing. */
export async function attestWorkload(
  process: PinnedProcess,
  attestors: readonly WorkloadAttestor[],
): Promise<readonly string[]> {
  const found = await process.whilePresent(() =>
    Promise.all(attestors.map((attestor) => attestor.attest(process))),
  );
  const usable = found.flat().filter((selector) => selector.length <= SELECTOR_CHARACTERS_MAX);
  return [...new Set(usable)].sort();
}

export function createWorkloadAttestors(): readonly WorkloadAttestor[] {
  const digests = new FileDigests();
  return [new UnixAttestor(digests), new InterpreterAttestor(digests)];
}
