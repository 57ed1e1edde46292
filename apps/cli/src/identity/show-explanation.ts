import type { PolicyExplanation } from '@blastradius/contracts';

/** A host's policy may have thousands of instances. */
const IDENTITIES_SHOWN_MAX = 3;

const REASONS = {
  'node-not-allowed': 'another node',
  'selector-missing': 'not attested',
  'captures-disagree': 'the selectors contradict each other',
  'identity-unusable': 'no usable identity',
} as const;

export interface Explanation {
  readonly pid: number | undefined;
  readonly selectors: readonly string[];
  /** Undefined where no issuer was asked. */
  readonly policies: readonly PolicyExplanation[] | undefined;
}

/** The text for a terminal: selectors, then a line for each policy. */
export function showExplanation({ pid, selectors, policies }: Explanation): string {
  const lines = [
    pid === undefined ? 'selectors given' : `process ${pid} is attested as`,
    ...(selectors.length === 0 ? ['  nothing'] : selectors.map((selector) => `  ${selector}`)),
    ...(pid === undefined ? [] : blindSpots(selectors)),
    '',
    ...(policies === undefined
      ? ['give --admin-socket to hear what the policies make of it']
      : verdicts(policies)),
  ];
  return `${lines.join('\n')}\n`;
}

function verdicts(policies: readonly PolicyExplanation[]): string[] {
  if (policies.length === 0) return ['the issuer has no policies: nobody gets an identity'];
  const width = Math.max(...policies.map(({ policyId }) => policyId.length));
  const isGranted = policies.some(({ spiffeIds }) => spiffeIds.length > 0);
  return [
    'policies',
    ...policies.map((policy) => `  ${policy.policyId.padEnd(width)}  ${verdictOf(policy)}`),
    ...(isGranted ? [] : ['', 'no policy matches: the Workload API answers PermissionDenied']),
  ];
}

function verdictOf({ spiffeIds, refusal, nodes }: PolicyExplanation): string {
  if (refusal !== undefined) return `no: ${REASONS[refusal.reason]}: ${refusal.detail}`;
  const more = spiffeIds.length - IDENTITIES_SHOWN_MAX;
  const shown = spiffeIds.slice(0, IDENTITIES_SHOWN_MAX).join(', ');
  const beside = nodes === undefined ? '' : `, beside the sidecar of ${nodes.join(', ')}`;
  return `grants ${shown}${more > 0 ? ` and ${more} more` : ''}${beside}`;
}

/** What a user who is neither root nor the process's own can't see; a sidecar may see more. */
function blindSpots(selectors: readonly string[]): string[] {
  if (selectors.some((selector) => selector.startsWith('unix:sha256:'))) return [];
  return [
    '  its program is hidden from this user, or was replaced: ask as the user that the sidecar runs as',
  ];
}
