import { DomainError } from '@blastradius/kernel';

export class AuditLogUnreadable extends DomainError {
  readonly code = 'audit.log-unreadable';
  readonly category = 'internal';
}
