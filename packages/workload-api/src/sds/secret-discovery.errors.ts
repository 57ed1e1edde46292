import { DomainError } from '@blastradius/kernel';

/** A client asked for names that its identities don't have; it learns no more than what it said itself. */
export class SecretsNotAuthorized extends DomainError {
  readonly code = 'sds.names-not-authorized';
  readonly category = 'invalid';
}

/** A client asked for resources of another type than secrets. */
export class ResourceTypeUnknown extends DomainError {
  readonly code = 'sds.type-unknown';
  readonly category = 'invalid';
}

/** A stream that asks for more names than any caller has. */
export class SecretNamesTooMany extends DomainError {
  readonly code = 'sds.names-too-many';
  readonly category = 'exhausted';
}
