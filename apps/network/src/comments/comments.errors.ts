import { ApiError } from '../api-error.ts';

export class CommentNotFound extends ApiError {
  readonly code = 'comments.not-found';
  readonly category = 'not-found';

  constructor() {
    super('Comment not found');
  }
}
