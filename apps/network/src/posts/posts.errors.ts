import { ApiError } from '../api-error.ts';

export class PostNotFound extends ApiError {
  readonly code = 'posts.not-found';
  readonly category = 'not-found';

  constructor() {
    super('Post not found');
  }
}

export class NotYourPost extends ApiError {
  readonly code = 'posts.not-yours';
  readonly category = 'forbidden';

  constructor() {
    super('You can only delete your own posts');
  }
}

export class TooManyPins extends ApiError {
  readonly code = 'posts.too-many-pins';
  readonly category = 'conflict';

  constructor() {
    super('Too many pinned posts', { hint: 'A submolt has at most 3: unpin one first' });
  }
}
