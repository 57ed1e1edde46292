import { DomainError } from '@blastradius/kernel';

export class AuditLogInUse extends DomainError {
  readonly code = 'audit.log-in-use';
  readonly category = 'conflict';
}
