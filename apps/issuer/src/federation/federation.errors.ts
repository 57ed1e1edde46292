import { DomainError } from '@blastradius/kernel';

/** A document that the operator gave for another trust domain and that can't be taken; the text says why. */
export class FederatedBundleInvalid extends DomainError {
  readonly code = 'federation.bundle-invalid';
  readonly category = 'invalid';

  constructor(trustDomain: string, reason: string, cause?: unknown) {
    const text = `bundle of ${trustDomain.slice(0, 255)}: ${reason}`;
    super(text, { publicDetail: text, cause });
  }
}

export class FederatedBundleUnknown extends DomainError {
  readonly code = 'federation.bundle-unknown';
  readonly category = 'not-found';

  constructor(trustDomain: string) {
    const text = `there is no bundle of ${trustDomain.slice(0, 255)}`;
    super(text, { publicDetail: text });
  }
}

/** A relationship that can't be kept as the operator wants it; the text says why. */
export class FederationRelationshipInvalid extends DomainError {
  readonly code = 'federation.relationship-invalid';
  readonly category = 'invalid';

  constructor(trustDomain: string, reason: string, cause?: unknown) {
    const text = `federation with ${trustDomain.slice(0, 255)}: ${reason}`;
    super(text, { publicDetail: text, cause });
  }
}

export class FederationRelationshipUnknown extends DomainError {
  readonly code = 'federation.relationship-unknown';
  readonly category = 'not-found';

  constructor(trustDomain: string) {
    const text = `there is no federation with ${trustDomain.slice(0, 255)}`;
    super(text, { publicDetail: text });
  }
}
