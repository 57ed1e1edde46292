import { type PolicyProblem, problemText } from '@blastradius/issuance-policy';
import { DomainError } from '@blastradius/kernel';

const PROBLEMS_SHOWN_MAX = 5;

/** A set of policies that could never grant what it says, or would grant it to the wrong ones; the text names policy and field. */
export class PoliciesInvalid extends DomainError {
  readonly code = 'registration.policy-invalid';
  readonly category = 'invalid';

  constructor(problems: readonly PolicyProblem[]) {
    const more = problems.length - PROBLEMS_SHOWN_MAX;
    const shown = problems.slice(0, PROBLEMS_SHOWN_MAX).map(problemText).join('; ');
    const text = more > 0 ? `${shown}; and ${more} more` : shown;
    super(text, { publicDetail: text });
  }
}
