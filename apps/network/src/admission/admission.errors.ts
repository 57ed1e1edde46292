import { DomainError } from '@blastradius/kernel';
import type { RefusalReason } from './judgement.ts';

export class AdmissionRefused extends DomainError {
  readonly category = 'unauthenticated';
  readonly code: RefusalReason;

  constructor(reason: RefusalReason) {
    super('refused by admission');
    this.code = reason;
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
