import type { PolicyRefusal } from '@blastradius/contracts';
import { agree, type Captures, type SelectorPattern } from '../selector/selector-pattern.ts';
import { AttestedValues } from '../template/attested-values.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import type { AttestedWorkload, GrantedIdentity } from './granted-identity.ts';
import { identityOf } from './identity-of.ts';
import type { PolicySet } from './policy-set.ts';

/**
 * Which identities a workload is entitled to: each policy that its node, and its broker if there is one, may
 * ask under, and all of whose selectors are met, grants what its templates make of what was attested.
 * Pure. In the order of the policies; an identity that several grant is granted by the first.
 */
export function matchPolicies(
  policies: PolicySet,
  workload: AttestedWorkload,
  trustDomain: string,
): ReadonlyMap<string, GrantedIdentity> {
  const granted = new Map<string, GrantedIdentity>();
  const attested = new AttestedValues(workload.selectors);
  for (const compiled of policies.candidatesFor(workload.selectors)) {
    if (!mayAsk(compiled, workload, trustDomain)) continue;
    for (const captures of matchAll(compiled.selectors, workload.selectors)) {
      const source = { ...workload, captures, attested, trustDomain };
      for (const identity of outcomesOf(compiled, source).identities) {
        if (!granted.has(identity.spiffeId)) granted.set(identity.spiffeId, identity);
      }
    }
  }
  return granted;
}

function mayAsk(compiled: CompiledPolicy, { node, broker }: AttestedWorkload, trustDomain: string): boolean {
  const { nodes } = compiled.policy;
  if (nodes !== undefined && !nodes.includes(node)) return false;
  return broker === undefined || isBroker(compiled, broker, trustDomain);
}

/** Whether the policy lists the broker. */
export function isBroker({ brokers }: CompiledPolicy, broker: string, trustDomain: string): boolean {
  return brokers.some(({ parts }) => {
    const spiffeId = parts.map((part) => (part.kind === 'text' ? part.text : trustDomain)).join('');
    return spiffeId === broker;
  });
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

export interface ValueSource {
  readonly trustDomain: string;
  readonly node?: string | undefined;
  readonly captures: Captures;
  readonly attested: AttestedValues;
}

export interface Outcomes {
  readonly identities: readonly GrantedIdentity[];
  /** Of the first instance that grants nothing. */
  readonly refusal: PolicyRefusal | undefined;
}

/** What the templates make of the values, for each instance. */
export function outcomesOf(compiled: CompiledPolicy, source: ValueSource): Outcomes {
  const { trustDomain, node, captures, attested } = source;
  const identities: GrantedIdentity[] = [];
  let refusal: PolicyRefusal | undefined;
  for (const instance of compiled.policy.instances ?? [undefined]) {
    const outcome = identityOf(compiled, { trustDomain, node, captures, attested, instance });
    if ('identity' in outcome) identities.push(outcome.identity);
    else refusal ??= outcome.refusal;
  }
  return { identities, refusal };
}
