import type { Entitlement, IssuancePolicy } from '@blastradius/contracts';
import { parseSpiffeId } from '@blastradius/spiffe';
import { isReserved } from './reserved-identities.ts';
import { agree, type Captures, compileSelector, type SelectorPattern } from './selector-pattern.ts';

/** An identity that a workload may hold, and under which policy. */
export interface GrantedIdentity extends Entitlement {
  readonly dnsNames: readonly string[];
}

/** A process that asks for identities, through the sidecar of its node, which vouches for the selectors. */
export interface AttestedWorkload {
  /** The node as which the sidecar was admitted: what its own SVID says, never what it claims. */
  readonly node: string;
  readonly selectors: readonly string[];
}

/** A policy whose patterns have been compiled. */
export interface CompiledPolicy {
  readonly policy: IssuancePolicy;
  readonly selectors: readonly SelectorPattern[];
}

export function compilePolicy(policy: IssuancePolicy): CompiledPolicy {
  return { policy, selectors: policy.selectors.map(compileSelector) };
}

/**
 * Which identities a workload is entitled to: each policy that its node may ask under, and all of
 * whose selectors are met, grants what its template makes of the captures. Pure. In the order of the
 * policies; an identity that several grant is granted by the first.
 */
export function matchPolicies(
  policies: readonly CompiledPolicy[],
  { node, selectors }: AttestedWorkload,
  trustDomain: string,
): ReadonlyMap<string, GrantedIdentity> {
  const granted = new Map<string, GrantedIdentity>();
  for (const { policy, selectors: patterns } of policies) {
    if (policy.nodes !== undefined && !policy.nodes.includes(node)) continue;
    for (const captures of matchAll(patterns, selectors)) {
      for (const identity of identitiesOf(policy, captures, trustDomain)) {
        if (!granted.has(identity.spiffeId)) granted.set(identity.spiffeId, identity);
      }
    }
  }
  return granted;
}

/** Every way to meet all patterns at once. More than one where a capture fits several selectors. */
export function matchAll(patterns: readonly SelectorPattern[], selectors: readonly string[]): Captures[] {
  return patterns.reduce<Captures[]>(
    (ways, pattern) => {
      const matches = selectors.map((selector) => pattern.match(selector)).filter((match) => match !== null);
      return distinct(
        ways.flatMap((way) => matches.map((match) => agree(way, match))).filter((way) => way !== null),
      );
    },
    [{}],
  );
}

function distinct(captures: readonly Captures[]): Captures[] {
  return [...new Map(captures.map((capture) => [JSON.stringify(capture), capture])).values()];
}

/** What the template makes of the captures, for each instance; nothing that may not be granted. */
export function identitiesOf(
  policy: IssuancePolicy,
  captures: Captures,
  trustDomain: string,
): GrantedIdentity[] {
  const { id, dnsNames, instances, federatesWith } = policy;
  return (instances ?? [null]).flatMap((instance) => {
    const values = { ...captures, trustDomain, ...(instance === null ? {} : { instance }) };
    const spiffeId = fillTemplate(policy.spiffeId, values);
    if (spiffeId === null || !isGrantable(spiffeId, trustDomain)) return [];
    // One hint for each: clients take the first SVID of a hint and drop the others.
    const hint = instance === null ? id : `${id}/${instance}`;
    const federation = federatesWith === undefined ? {} : { federatesWith };
    return [{ spiffeId, hint, policyId: id, dnsNames, ...federation }];
  });
}

/** Null where the template asks for a name that has no value. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string | null {
  let complete = true;
  const filled = template.replace(/\{([A-Za-z][A-Za-z0-9]*)\}/g, (_, name: string) => {
    complete &&= Object.hasOwn(values, name);
    return values[name] ?? '';
  });
  return complete ? filled : null;
}

/** A capture such as `..` makes no SPIFFE ID, and no capture may make an identity of the plane itself. */
function isGrantable(text: string, trustDomain: string): boolean {
  try {
    const id = parseSpiffeId(text);
    return id.trustDomain === trustDomain && id.path !== '' && !isReserved(id);
  } catch {
    return false;
  }
}
