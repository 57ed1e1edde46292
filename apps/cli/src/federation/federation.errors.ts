import { DomainError } from '@blastradius/kernel';

/** A file that the command was given is not there, or not ours to read. */
export class FederationFileUnreadable extends DomainError {
  readonly code = 'operator.federation-file-unreadable';
  readonly category = 'invalid';
}

/** The relationship stands, and its endpoint did not give a bundle that could be taken. */
export class FederationNotRefreshed extends DomainError {
  readonly code = 'operator.federation-not-refreshed';
  readonly category = 'unavailable';
}
