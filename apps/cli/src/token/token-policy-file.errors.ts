import { DomainError } from '@blastradius/kernel';

/** A file of token policies that is none; the text says what is wrong where. */
export class TokenPolicyFileInvalid extends DomainError {
  readonly code = 'token-policy.file-invalid';
  readonly category = 'invalid';
}
