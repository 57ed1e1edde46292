import { DomainError } from '@blastradius/kernel';

/** The attacker was told, or found its way, to a process, file or socket that its foothold does not name. */
export class PlaceRefused extends DomainError {
  readonly code = 'foothold.place-refused';
  readonly category = 'forbidden';
}

/** The kernel does not let us look into the process: another user's, or `ptrace_scope` forbids it. */
export class ProcessClosed extends DomainError {
  readonly code = 'foothold.process-closed';
  readonly category = 'forbidden';
}
