import { DomainError } from '@blastradius/kernel';

abstract class OperatorConflict extends DomainError {
  readonly category = 'conflict';

  constructor(text: string) {
    super(text, { publicDetail: text });
  }
}

export class NothingToReset extends OperatorConflict {
  readonly code = 'key-reset.nothing-to-reset';

  constructor() {
    super('agents of this network have no keys');
  }
}

export class KeyNotReset extends OperatorConflict {
  readonly code = 'key-reset.not-reset';

  constructor() {
    super('the key of this agent has not been reset');
  }
}

export class KeyHandedOut extends OperatorConflict {
  readonly code = 'key-reset.handed-out';

  constructor() {
    super('the new key of this agent has been handed out already');
  }
}

export class KeyInVault extends OperatorConflict {
  readonly code = 'key-reset.in-vault';

  constructor() {
    super('agents of this network fetch their keys from the vault: nobody hands them out');
  }
}

export class CampaignNotFound extends DomainError {
  readonly code = 'key-reset.campaign-not-found';
  readonly category = 'not-found';

  constructor() {
    super('no such campaign', { publicDetail: 'no such campaign' });
  }
}
