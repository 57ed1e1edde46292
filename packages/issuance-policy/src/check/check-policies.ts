import type { IssuancePolicy } from '@blastradius/contracts';
import type { SvidTtls } from '../matching/granted-identity.ts';
import { checkTemplates } from './check-templates.ts';
import { checkTerms } from './check-terms.ts';
import type { PolicyProblem } from './policy-problem.ts';

export interface CheckedFor {
  /** Undefined where nobody has said for which: any one is taken. */
  readonly trustDomain: string | undefined;
  /** The issuer's own; undefined where none was asked. */
  readonly ttlSecondsMax: SvidTtls | undefined;
}

/** A problem of one policy, without the way to it. */
export type Complaint = Omit<PolicyProblem, 'policyId' | 'path'> & {
  readonly field: readonly (string | number)[];
};

/** Everything because of which a set must not be taken: policies that could never grant what they say, or grant it to the wrong ones. */
export function checkPolicies(policies: readonly IssuancePolicy[], context: CheckedFor): PolicyProblem[] {
  const seen = new Set<string>();
  return policies.flatMap((policy, index) => {
    const complaints = [
      ...(seen.has(policy.id) ? [{ field: ['id'], message: 'there are two policies of this id' }] : []),
      ...checkTemplates(policy, context.trustDomain),
      ...checkTerms(policy, context),
    ];
    seen.add(policy.id);
    return complaints.map(({ field, ...complaint }) => ({
      policyId: policy.id,
      path: ['policies', index, ...field],
      ...complaint,
    }));
  });
}
