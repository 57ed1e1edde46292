import { DomainError } from '@blastradius/kernel';

/** The thief stands where no playbook of ours begins. */
export class LeakUnknown extends DomainError {
  readonly code = 'leak.unknown';
  readonly category = 'invalid';
}
