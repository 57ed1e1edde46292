import { DomainError } from '@blastradius/kernel';

export class CsrMalformed extends DomainError {
  readonly code = 'csr.malformed';
  readonly category = 'invalid';
}

export class CsrKeyUnsupported extends DomainError {
  readonly code = 'csr.key-unsupported';
  readonly category = 'invalid';

  constructor() {
    super('only ECDSA on P-256 with SHA-256 is issued for', {
      publicDetail: 'The key of the request must be ECDSA on P-256, its signature ECDSA with SHA-256.',
    });
  }
}

export class CsrProofFailed extends DomainError {
  readonly code = 'csr.proof-failed';
  readonly category = 'invalid';
}
