import { DomainError } from '@blastradius/kernel';

/** Where jobs are kept could not be reached in time. */
export class JobsUnavailable extends DomainError {
  readonly code = 'jobs.unavailable';
  readonly category = 'unavailable';
}
