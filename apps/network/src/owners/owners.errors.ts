import { ApiError } from '../api-error.ts';

/** Token unknown, code wrong or agent claimed already: whoever guesses learns not which. */
export class ClaimRefused extends ApiError {
  readonly code = 'owners.claim-refused';
  readonly category = 'forbidden';

  constructor() {
    super('This claim is not valid', { hint: 'Use the link and the code that your agent was given' });
  }
}
