import type { PolicyExplanation } from '@blastradius/contracts';

/** A host's policy may have thousands of instances. */
const IDENTITIES_SHOWN_MAX = 3;

const REASONS = {
  'broker-not-allowed': 'another broker',
  'node-not-allowed': 'another node',
  'selector-missing': 'not attested',
  'captures-disagree': 'the selectors contradict each other',
  'template-invalid': 'its template can’t be read',
  'attribute-missing': 'nothing to fill it with',
  'attribute-ambiguous': 'several values',
  'attribute-unsafe': 'an unusable value',
  'too-long': 'too long',
  'identity-unusable': 'no usable identity',
} as const satisfies Record<NonNullable<PolicyExplanation['refusal']>['reason'], string>;

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
    ...policies.flatMap((policy) => [
      `  ${policy.policyId.padEnd(width)}  ${verdictOf(policy)}`,
      ...detailsOf(policy).map((line) => `  ${' '.repeat(width)}    ${line}`),
    ]),
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

/** What it was made of, and what the SVIDs say and how long they live. */
function detailsOf({ template, attributes = {}, terms }: PolicyExplanation): string[] {
  const pairs = (all: Record<string, string>) =>
    Object.entries(all).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const used = pairs(attributes);
  if (terms === undefined) return used.length === 0 ? [] : [`attributes: ${used.join(', ')}`];
  const { hint, dnsNames, claims, ttlSeconds } = terms;
  return [
    `template: ${template}`,
    ...(used.length === 0 ? [] : [`attributes: ${used.join(', ')}`]),
    `hint: ${hint}`,
    ...(dnsNames.length === 0 ? [] : [`DNS names: ${dnsNames.join(', ')}`]),
    ...(Object.keys(claims).length === 0 ? [] : [`claims: ${pairs(claims).join(', ')}`]),
    `seconds: X509-SVID ${ttlSeconds.x509}, JWT-SVID ${ttlSeconds.jwt}, WIT-SVID ${ttlSeconds.wit}`,
  ];
}

/** What a user who is neither root nor the process's own can't see; a sidecar may see more. */
function blindSpots(selectors: readonly string[]): string[] {
  if (selectors.some((selector) => selector.startsWith('unix:sha256:'))) return [];
  return [
    '  its program is hidden from this user, or was replaced: ask as the user that the sidecar runs as',
  ];
}
