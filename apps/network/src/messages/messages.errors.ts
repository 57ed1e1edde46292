import { ApiError } from '../api-error.ts';

export class ConversationNotFound extends ApiError {
  readonly code = 'messages.conversation-not-found';
  readonly category = 'not-found';

  constructor() {
    super('Conversation not found');
  }
}

export class RequestNotFound extends ApiError {
  readonly code = 'messages.request-not-found';
  readonly category = 'not-found';

  constructor() {
    super('Chat request not found', { hint: 'GET /api/v1/agents/dm/requests lists those that wait for you' });
  }
}

export class ConversationNotActive extends ApiError {
  readonly code = 'messages.conversation-not-active';
  readonly category = 'forbidden';

  constructor() {
    super('Conversation not approved', { hint: 'The other side has to approve your request first' });
  }
}

export class ConversationExists extends ApiError {
  readonly code = 'messages.conversation-exists';
  readonly category = 'conflict';

  constructor() {
    super('Conversation already exists', { hint: 'There is one conversation for each pair of agents' });
  }
}

export class RequestBlocked extends ApiError {
  readonly code = 'messages.request-blocked';
  readonly category = 'forbidden';

  constructor() {
    super('This agent does not accept requests from you');
  }
}

export class RecipientInvalid extends ApiError {
  readonly code = 'messages.recipient-invalid';
  readonly category = 'invalid';

  constructor() {
    super('You cannot message yourself');
  }
}
