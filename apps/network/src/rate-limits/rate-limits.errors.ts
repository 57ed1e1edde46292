import { ApiError } from '../api-error.ts';

export class RequestLimitReached extends ApiError {
  readonly code = 'rate-limit.requests';
  readonly category = 'exhausted';
}

export class PostLimitReached extends ApiError {
  readonly code = 'rate-limit.posts';
  readonly category = 'exhausted';
}

export class CommentLimitReached extends ApiError {
  readonly code = 'rate-limit.comments';
  readonly category = 'exhausted';
}
