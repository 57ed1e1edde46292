import { resolve } from 'node:path';
import {
  attestProcess,
  createWorkloadAttestors,
  type WorkloadApiLogger,
  type WorkloadAttestorName,
} from '@blastradius/workload-api';
import { ExplanationImpossible } from './explain.errors.ts';
import { explainByIssuer } from './issuer-policies.ts';
import { showExplanation } from './show-explanation.ts';

export interface ExplainFlags {
  readonly pid?: number;
  readonly selectors?: readonly string[];
  readonly node?: string;
  readonly adminSocket?: string;
  readonly attestors: readonly WorkloadAttestorName[];
  readonly dockerFactsSocket?: string;
}

/** Prints the selectors of a process, or takes those given, and what the issuer's policies make of them. */
export async function explain(flags: ExplainFlags): Promise<void> {
  const { node, adminSocket } = flags;
  const selectors = await selectorsOf(flags);
  const policies =
    adminSocket === undefined
      ? undefined
      : await explainByIssuer(resolve(adminSocket), {
          selectors: [...selectors],
          ...(node === undefined ? {} : { node }),
        });
  process.stdout.write(showExplanation({ pid: flags.pid, selectors, policies }));
}

async function selectorsOf(flags: ExplainFlags): Promise<readonly string[]> {
  const { pid, selectors, attestors: names, dockerFactsSocket: factsSocket } = flags;
  if (pid !== undefined && selectors === undefined) {
    if (names.includes('docker') && factsSocket === undefined) {
      throw new ExplanationImpossible('the attestor docker needs --docker-facts-socket');
    }
    const docker = factsSocket === undefined ? {} : { docker: { factsSocket, engineUid: 0 } };
    return attestProcess(pid, createWorkloadAttestors({ logger: complaints, names, ...docker }));
  }
  if (selectors !== undefined && pid === undefined) return [...new Set(selectors)].sort();
  throw new ExplanationImpossible('give either --pid or --selectors');
}

const complaints: WorkloadApiLogger = {
  debug: () => {},
  info: () => {},
  warn: (context, message) => {
    const { attestor, err } = context as { attestor?: string; err?: Error };
    process.stderr.write(`blastradius: ${attestor}: ${message}: ${err?.message}\n`);
  },
};
