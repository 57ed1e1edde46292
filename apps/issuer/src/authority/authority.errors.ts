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

/** Only what signs no more can be tainted. */
export class AuthorityWithoutPredecessor extends DomainError {
  readonly code = 'authority.no-predecessor';
  readonly category = 'conflict';

  constructor() {
    super('no previous authority is there to be tainted', {
      publicDetail: 'There is no previous authority to taint: prepare and activate another one first.',
    });
  }
}

/** Before they could sign, the keys of a forced rotation were revoked or came to their end. */
export class AuthorityRotationUndone extends DomainError {
  readonly code = 'authority.rotation-undone';
  readonly category = 'conflict';

  constructor() {
    super('the keys of the rotation were gone before they could sign', {
      publicDetail:
        'The rotation was undone: the keys that were to sign were revoked, or had ended. Nothing was tainted; order it again.',
    });
  }
}

/** The issuer stopped while a rotation waited; another issuer goes on with it. */
export class AuthorityRotationCut extends DomainError {
  readonly code = 'authority.rotation-cut';
  readonly category = 'unavailable';
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
