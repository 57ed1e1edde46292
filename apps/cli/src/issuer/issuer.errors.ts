import { DomainError } from '@blastradius/kernel';

/** The issuer did not answer its operator. */
export class IssuerUnreachable extends DomainError {
  readonly code = 'operator.issuer-unreachable';
  readonly category = 'unavailable';
}

/** The issuer read the order and refused it; the message is its own. */
export class OrderRefused extends DomainError {
  readonly code = 'operator.order-refused';
  readonly category = 'invalid';
}
