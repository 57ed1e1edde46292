import type { SvidTtls } from '../matching/granted-identity.ts';
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
