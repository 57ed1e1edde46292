import { DomainError } from '@blastradius/kernel';

/** No way to k6 was open on this machine; the message lists the ways and why each was closed. */
export class K6Missing extends DomainError {
  readonly code = 'load.k6-missing';
  readonly category = 'unavailable';
}

/** k6 ended otherwise than by finishing its test. */
export class K6Failed extends DomainError {
  readonly code = 'load.k6-failed';
  readonly category = 'unavailable';
}

/** The process that tries out what is accepted ended, or did not begin. */
export class ProbeFailed extends DomainError {
  readonly code = 'load.probe-failed';
  readonly category = 'unavailable';
}

/** More was asked for than a load run does. */
export class LoadOutOfBounds extends DomainError {
  readonly code = 'load.out-of-bounds';
  readonly category = 'invalid';
}

/** The scenario has no `load.k6.ts` beside its file. */
export class NoLoadProfile extends DomainError {
  readonly code = 'load.no-profile';
  readonly category = 'not-found';
}
