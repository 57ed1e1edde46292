import { DomainError } from '@blastradius/kernel';

/** A policy that could never grant what it says; the text names it. */
export class PolicyInvalid extends DomainError {
  readonly code = 'registration.policy-invalid';
  readonly category = 'invalid';

  constructor(policyId: string, reason: string) {
    super(`policy ${policyId}: ${reason}`, { publicDetail: `policy ${policyId}: ${reason}` });
  }
}
