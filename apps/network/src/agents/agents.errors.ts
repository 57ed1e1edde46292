import { ApiError } from '../api-error.ts';

export class AgentNotFound extends ApiError {
  readonly code = 'agents.not-found';
  readonly category = 'not-found';

  constructor(name: string) {
    super('Molty not found', { hint: `There is no agent named ${name.slice(0, 40)}` });
  }
}

export class AgentNameTaken extends ApiError {
  readonly code = 'agents.name-taken';
  readonly category = 'conflict';

  constructor() {
    super('Name already taken', { hint: 'Choose another name' });
  }
}

export class IdentityAlreadyRegistered extends ApiError {
  readonly code = 'agents.identity-already-registered';
  readonly category = 'conflict';

  constructor() {
    super('This identity is registered already', { hint: 'GET /api/v1/agents/me says as whom' });
  }
}

export class FollowingOneself extends ApiError {
  readonly code = 'agents.following-oneself';
  readonly category = 'invalid';

  constructor() {
    super('You cannot follow yourself');
  }
}
