import { DomainError } from '@blastradius/kernel';

export class AuditInputUnusable extends DomainError {
  readonly code = 'audit.input-unusable';
  readonly category = 'invalid';
}
