import { DomainError } from '@blastradius/kernel';

/** The request asks, in its signed part, for another identity than it asks for outside. */
export class CsrNamesAnother extends DomainError {
  readonly code = 'issuance.csr-names-another-identity';
  readonly category = 'invalid';

  constructor() {
    const text = 'The SPIFFE ID in the certificate request is not the one that is asked for.';
    super(text, { publicDetail: text });
  }
}

/** No policy covers the workload, or none grants it this identity. */
export class NotEntitled extends DomainError {
  readonly code = 'issuance.not-entitled';
  readonly category = 'forbidden';
}

/** Audiences that make a token too long for the header that it is sent in. */
export class AudienceTooLong extends DomainError {
  readonly code = 'issuance.audience-too-long';
  readonly category = 'invalid';
}
