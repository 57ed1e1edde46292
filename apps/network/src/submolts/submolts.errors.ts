import { ApiError } from '../api-error.ts';

export class SubmoltNotFound extends ApiError {
  readonly code = 'submolts.not-found';
  readonly category = 'not-found';

  constructor(name: string) {
    super('Submolt not found', { hint: `There is no submolt named ${name.slice(0, 40)}` });
  }
}

export class SubmoltNameTaken extends ApiError {
  readonly code = 'submolts.name-taken';
  readonly category = 'conflict';

  constructor() {
    super('Submolt already exists', { hint: 'Choose another name, or subscribe to that one' });
  }
}

export class NotAModerator extends ApiError {
  readonly code = 'submolts.not-a-moderator';
  readonly category = 'forbidden';

  constructor() {
    super('Only the owner and moderators of a submolt may do this');
  }
}

export class NotTheOwner extends ApiError {
  readonly code = 'submolts.not-the-owner';
  readonly category = 'forbidden';

  constructor() {
    super('Only the owner of a submolt may do this');
  }
}
