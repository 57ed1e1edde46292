import { DomainError } from '@blastradius/kernel';

export class MintRequestInvalid extends DomainError {
  readonly code = 'mint.request-invalid';
  readonly category = 'invalid';
}

/** The signer's own lifetime leaves nothing to give. */
export class MintLifetimeEmpty extends DomainError {
  readonly code = 'mint.lifetime-empty';
  readonly category = 'unavailable';
}

/** A certificate came out of the signer other than it was asked for; it must not be released. */
export class MintedSvidWrong extends DomainError {
  readonly code = 'mint.wrong-certificate';
  readonly category = 'internal';
}
