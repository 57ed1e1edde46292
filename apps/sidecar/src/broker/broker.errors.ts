import { DomainError } from '@blastradius/kernel';

/** More brokers than one host has are refused; a restart forgets those that are gone. */
export class TooManyBrokers extends DomainError {
  readonly code = 'broker.too-many';
  readonly category = 'exhausted';
}
