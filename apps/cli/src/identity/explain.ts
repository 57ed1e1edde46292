import { resolve } from 'node:path';
import { issuerAdministration, type PolicyExplanation } from '@blastradius/contracts';
import {
  attestProcess,
  createWorkloadAttestors,
  type WorkloadApiLogger,
  type WorkloadAttestorName,
} from '@blastradius/workload-api';
import { askIssuer } from '../issuer/ask-issuer.ts';
import { ExplanationImpossible } from './explain.errors.ts';
import { showExplanation } from './show-explanation.ts';

export interface ExplainFlags {
  readonly pid?: number;
  readonly selectors?: readonly string[];
  readonly node?: string;
  readonly broker?: string;
  readonly adminSocket?: string;
  readonly attestors: readonly WorkloadAttestorName[];
  readonly dockerFactsSocket?: string;
}

/** Prints the selectors of a process, or takes those given, and what the issuer's policies make of them. */
export async function explain(flags: ExplainFlags): Promise<void> {
  const selectors = await selectorsOf(flags);
  const policies = await policiesOf(flags, selectors);
  process.stdout.write(showExplanation({ pid: flags.pid, selectors, policies }));
}

async function policiesOf(
  { node, broker, adminSocket }: ExplainFlags,
  selectors: readonly string[],
): Promise<readonly PolicyExplanation[] | undefined> {
  if (adminSocket === undefined) return undefined;
  const { policies } = await askIssuer({
    adminSocket: resolve(adminSocket),
    method: 'POST',
    path: '/admin/explain',
    body: { selectors, ...(node && { node }), ...(broker && { broker }) },
    answer: issuerAdministration.explainAnswer,
  });
  return policies;
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
