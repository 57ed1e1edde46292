import { DomainError } from '@blastradius/kernel';

/** No issuer's administration socket could be reached; waiting helps. */
export class IssuerAway extends DomainError {
  readonly code = 'operator.issuer-away';
  readonly category = 'unavailable';
}

/** An issuer answered, and the answer was no. */
export class IssuerRefused extends DomainError {
  readonly code = 'operator.issuer-refused';
  readonly category = 'invalid';
}

/** The digest of an image, which policies are to name, can't be had. */
export class ImageUnknown extends DomainError {
  readonly code = 'operator.image-unknown';
  readonly category = 'unavailable';
}
