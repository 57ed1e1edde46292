import { DomainError } from '@blastradius/kernel';

/** A part of the world could not be had on this machine; the message says how to get it. */
export class ComponentMissing extends DomainError {
  readonly code = 'stack.component-missing';
  readonly category = 'unavailable';
}

/** A part of the world was there and did not start. */
export class ComponentFailed extends DomainError {
  readonly code = 'stack.component-failed';
  readonly category = 'unavailable';
}

/** docker-compose.yml has no services for this arm. */
export class ArmNotInCompose extends DomainError {
  readonly code = 'stack.arm-not-in-compose';
  readonly category = 'invalid';

  constructor(arm: string) {
    super(`the containers have no world of arm ${arm}: run it with --target embedded`);
  }
}

/** The leak makes no sense in the arm. */
export class LeakNotApplicable extends DomainError {
  readonly code = 'stack.leak-not-applicable';
  readonly category = 'invalid';
}

/** The containers have no place where a thief of this leak could stand. */
export class LeakNotInCompose extends DomainError {
  readonly code = 'stack.leak-not-in-compose';
  readonly category = 'invalid';

  constructor(leak: string) {
    super(`the containers have no place for the leak ${leak}: run it with --target embedded`);
  }
}
