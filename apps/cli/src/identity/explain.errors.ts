import { DomainError } from '@blastradius/kernel';

/** The command asks for what can't be explained; the message says what to give instead. */
export class ExplanationImpossible extends DomainError {
  readonly code = 'identity.explanation-impossible';
  readonly category = 'invalid';
}
