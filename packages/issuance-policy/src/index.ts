export { checkPolicies } from './check/check-policies.ts';
export type { CheckedFor } from './check/complaint.ts';
export { type PolicyProblem, problemText } from './check/policy-problem.ts';
export { policyWarnings } from './check/policy-warnings.ts';
export { type ExplainedWorkload, explainPolicies } from './explain/explain-policies.ts';
export {
  type AttestedWorkload,
  type GrantedIdentity,
  type SvidTtls,
  svidTtlSeconds,
} from './matching/granted-identity.ts';
export { matchPolicies } from './matching/match-policies.ts';
export { PolicySet } from './matching/policy-set.ts';
