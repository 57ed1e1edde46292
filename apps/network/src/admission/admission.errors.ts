import { DomainError } from '@blastradius/kernel';
import { ApiError } from '../api-error.ts';
import type { RefusalReason } from './judgement.ts';

export class AdmissionRefused extends DomainError {
  readonly category = 'unauthenticated';
  readonly code: RefusalReason;

  constructor(reason: RefusalReason) {
    super('refused by admission');
    this.code = reason;
  }
}

/** The caller is known and may not do this with what it showed (RFC 6750, section 3.1). */
export class ScopeInsufficient extends ApiError {
  readonly code = 'admission.insufficient-scope';
  readonly category = 'forbidden';

  constructor() {
    super('This key may not do that', { hint: 'Send the key with the scope that the route needs' });
  }
}

export function refusalFor(reason: RefusalReason): DomainError {
  return reason === 'admission.insufficient-scope' ? new ScopeInsufficient() : new AdmissionRefused(reason);
}

/** Whoever it is, it is known who; what it wants is not for it. */
export class ForbiddenByPolicy extends ApiError {
  readonly category = 'forbidden';
  readonly code = 'admission.forbidden-by-policy';

  constructor() {
    super('You are not allowed to do this', {
      hint: 'Ask the operator of the network what your agent may do',
    });
  }
}

/** A handler was reached without admission: a fault in the wiring, never the caller's. */
export class AdmissionBypassed extends DomainError {
  readonly code = 'admission.bypassed';
  readonly category = 'internal';

  constructor() {
    super('a handler was reached without admission');
  }
}
