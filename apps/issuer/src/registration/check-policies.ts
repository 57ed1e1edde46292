import type { IssuancePolicy } from '@blastradius/contracts';
import { DomainError } from '@blastradius/kernel';
import { parseSpiffeId, parseTrustDomain } from '@blastradius/spiffe';
import { fillTemplate } from './policy-matching.ts';
import { PolicyInvalid } from './registration.errors.ts';
import { isReserved } from './reserved-identities.ts';
import { placeholdersOf } from './selector-pattern.ts';

/** Refuses a set in which a policy could never grant what it says. Throws `PolicyInvalid`. */
export function checkPolicies(policies: readonly IssuancePolicy[], trustDomain: string): void {
  const seen = new Set<string>();
  for (const policy of policies) {
    if (seen.has(policy.id)) throw new PolicyInvalid(policy.id, 'there are two policies of this id');
    seen.add(policy.id);
    checkPlaceholders(policy);
    checkTemplate(policy, trustDomain);
    checkFederation(policy, trustDomain);
  }
}

function checkPlaceholders({ id, selectors, spiffeId, instances }: IssuancePolicy): void {
  const captured = new Set(selectors.flatMap(placeholdersOf));
  for (const reserved of ['trustDomain', 'instance']) {
    if (captured.has(reserved)) throw new PolicyInvalid(id, `a selector must not capture {${reserved}}`);
  }
  const known = new Set([...captured, 'trustDomain', ...(instances === undefined ? [] : ['instance'])]);
  const unknown = placeholdersOf(spiffeId).find((name) => !known.has(name));
  if (unknown !== undefined) throw new PolicyInvalid(id, `nothing gives {${unknown}} a value`);
  if (instances !== undefined && !placeholdersOf(spiffeId).includes('instance')) {
    throw new PolicyInvalid(id, 'it has instances, and the template does not use {instance}');
  }
}

/** With a sample in each place the template has to make a SPIFFE ID that may be granted. */
function checkTemplate({ id, spiffeId }: IssuancePolicy, trustDomain: string): void {
  const samples = Object.fromEntries(placeholdersOf(spiffeId).map((name) => [name, 'sample']));
  try {
    const sample = parseSpiffeId(fillTemplate(spiffeId, { ...samples, trustDomain }) ?? '');
    if (sample.trustDomain !== trustDomain) throw new PolicyInvalid(id, 'it leaves the trust domain');
    if (sample.path === '') throw new PolicyInvalid(id, 'the SPIFFE ID of a workload has a path');
    if (isReserved(sample)) throw new PolicyInvalid(id, 'this identity belongs to the identity plane');
  } catch (error) {
    if (error instanceof PolicyInvalid || !(error instanceof DomainError)) throw error;
    throw new PolicyInvalid(id, `the template makes no SPIFFE ID (${error.code})`);
  }
}

function checkFederation({ id, federatesWith = [] }: IssuancePolicy, trustDomain: string): void {
  for (const other of federatesWith) {
    if (other === trustDomain) throw new PolicyInvalid(id, 'it federates with its own trust domain');
    try {
      parseTrustDomain(other);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      throw new PolicyInvalid(id, `it federates with what is no trust domain (${error.code})`);
    }
  }
}
