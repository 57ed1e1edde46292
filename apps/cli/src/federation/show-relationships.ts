import type { FederationRelationshipAnswer } from '@blastradius/contracts';

/** The text for a terminal: one trust domain after the other, what is known of it, and what went wrong last. */
export function showRelationships(relationships: readonly FederationRelationshipAnswer[], now: Date): string {
  if (relationships.length === 0) return 'the issuer federates with nobody\n';
  return relationships.map((relationship) => `${lines(relationship, now).join('\n')}\n`).join('');
}

function lines(relationship: FederationRelationshipAnswer, now: Date): string[] {
  const { trustDomain, url, profile, endpointSpiffeId, failure, failures } = relationship;
  const { lastSuccessAtMs, lastFailureAtMs } = relationship;
  return [
    trustDomain,
    `  endpoint  ${url} (${profile}${endpointSpiffeId === undefined ? '' : `, ${endpointSpiffeId}`})`,
    `  bundle    ${bundleOf(relationship)}`,
    `  fetched   ${lastSuccessAtMs === undefined ? 'never' : ago(lastSuccessAtMs, now)}`,
    ...(failure === undefined
      ? []
      : [`  failing   ${times(failures)}, ${ago(lastFailureAtMs ?? 0, now)}: ${failure}`]),
  ];
}

function bundleOf({ bundle }: FederationRelationshipAnswer): string {
  if (bundle === undefined) return 'none yet: nobody of it is believed';
  const { sequence, refreshHintSeconds, x509Authorities, jwtAuthorities, witAuthorities } = bundle;
  return [
    `authorities: ${x509Authorities} x509, ${jwtAuthorities} jwt, ${witAuthorities} wit`,
    ...(sequence === undefined ? [] : [`sequence ${sequence}`]),
    ...(refreshHintSeconds === undefined ? [] : [`to be fetched every ${refreshHintSeconds} s`]),
  ].join('; ');
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function ago(atMs: number, now: Date): string {
  return `${Math.max(0, Math.round((now.getTime() - atMs) / 1000))} s ago`;
}
