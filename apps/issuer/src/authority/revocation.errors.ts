import { DomainError } from '@blastradius/kernel';

/** No key set that the order is for has this key, or has it still. */
export class AuthorityUnknown extends DomainError {
  readonly code = 'authority.unknown';
  readonly category = 'conflict';

  constructor(keyId: string) {
    super('no authority has this key id', {
      publicDetail: `No key in the lifecycle has the key id ${keyId}: \`authority show\` lists those there are.`,
    });
  }
}

export class NothingTainted extends DomainError {
  readonly code = 'authority.none-tainted';
  readonly category = 'conflict';

  constructor() {
    super('no authority is tainted', {
      publicDetail: 'There is no tainted key to revoke: taint one first, or name a key and force it.',
    });
  }
}

export class AuthorityUntainted extends DomainError {
  readonly code = 'authority.untainted';
  readonly category = 'conflict';

  constructor() {
    super('the authority is not tainted', {
      publicDetail:
        'The key is not tainted: whoever holds something that it signed would be refused. Taint it first, or force it.',
    });
  }
}

export class AuthorityCurrent extends DomainError {
  readonly code = 'authority.in-use';
  readonly category = 'conflict';

  constructor() {
    super('the authority signs, or is going to', {
      publicDetail:
        'The key signs, or is the next to: rotate first, or force it; then its successor signs at once, and what it signed is refused.',
    });
  }
}
