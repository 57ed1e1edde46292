import type { IssuancePolicy } from '@blastradius/contracts';
import { checkTemplates } from './check-templates.ts';
import { checkTerms } from './check-terms.ts';
import type { CheckedFor } from './complaint.ts';
import type { PolicyProblem } from './policy-problem.ts';

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
