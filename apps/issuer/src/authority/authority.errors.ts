import { DomainError } from '@blastradius/kernel';

export class KeyEncryptionKeyWrong extends DomainError {
  readonly code = 'authority.key-encryption-key-wrong';
  readonly category = 'internal';
}

export class AuthorityNotPrepared extends DomainError {
  readonly code = 'authority.none-prepared';
  readonly category = 'conflict';

  constructor() {
    super('no next authority is prepared', {
      publicDetail: 'There is no next authority to activate: prepare one first.',
    });
  }
}

/** Every authority has ended or lost its key; a new one is made by the next upkeep. */
export class AuthorityMissing extends DomainError {
  readonly code = 'authority.no-current';
  readonly category = 'unavailable';
}

export class TrustDomainMismatch extends DomainError {
  readonly code = 'authority.trust-domain-mismatch';
  readonly category = 'internal';
}
