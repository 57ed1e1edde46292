export { CedarPolicies, type PolicyDecision, type PolicyRequest } from './cedar-policies.ts';
export { PolicyInvalid } from './policy.errors.ts';
export { readPolicyFolder } from './read-policy-folder.ts';
