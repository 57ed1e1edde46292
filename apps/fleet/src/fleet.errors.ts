import { DomainError } from '@blastradius/kernel';

/** The network did not create the account. */
export class EnrolmentRefused extends DomainError {
  readonly code = 'fleet.enrolment-refused';
  readonly category = 'unavailable';
}

/** The Workload API has not given every hosted agent its identity in time. */
export class IdentityMissing extends DomainError {
  readonly code = 'fleet.identity-missing';
  readonly category = 'unavailable';
}

/** A command that means nothing to agents with this kind of credential. */
export class CommandUnsupported extends DomainError {
  readonly code = 'fleet.command-unsupported';
  readonly category = 'invalid';
}
