import type { PinnedProcess } from './pinned-process.ts';
import type { WorkloadAttestor } from './workload-attestor.ts';

/** What the issuer takes; a longer one (a path near PATH_MAX) is left out. */
const SELECTOR_CHARACTERS_MAX = 4096;
/** The issuer takes 256 in all. A process with more groups than this is known by the first of them. */
const SELECTORS_OF_ONE_ATTESTOR_MAX = 60;

/** Everything that all attestors say about the process, sorted; a process that is replaced meanwhile gets nothing. */
export async function attestWorkload(
  process: PinnedProcess,
  attestors: readonly WorkloadAttestor[],
): Promise<readonly string[]> {
  const found = await process.whilePresent(() =>
    Promise.all(attestors.map(async (attestor) => usable(await attestor.attest(process)))),
  );
  return [...new Set(found.flat())].sort();
}

function usable(selectors: readonly string[]): readonly string[] {
  const short = selectors.filter((selector) => selector.length <= SELECTOR_CHARACTERS_MAX);
  return short.slice(0, SELECTORS_OF_ONE_ATTESTOR_MAX);
}
