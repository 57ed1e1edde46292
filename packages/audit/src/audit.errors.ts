import { DomainError } from '@blastradius/kernel';

export class AuditLogUnreadable extends DomainError {
  readonly code = 'audit.log-unreadable';
  readonly category = 'internal';
}

/** What can't be written down must not be done. */
export class AuditLogUnwritable extends DomainError {
  readonly code = 'audit.log-unwritable';
  readonly category = 'unavailable';
}
