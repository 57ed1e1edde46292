import { DomainError } from '@blastradius/kernel';

/** The folder isn't there, isn't one, or others could put something of theirs in the place of our files. */
export class OutputDirectoryUnsafe extends DomainError {
  readonly code = 'file-output.directory-unsafe';
  readonly category = 'unavailable';
}

/** Something that isn't ours stands where a file is to be. */
export class OutputNameTaken extends DomainError {
  readonly code = 'file-output.name-taken';
  readonly category = 'conflict';
}

/** The files are new, and the program could not be told. */
export class ProgramNotTold extends DomainError {
  readonly code = 'file-output.program-not-told';
  readonly category = 'unavailable';
}

/** A JWT-SVID that belongs into the set can't be had. */
export class OutputTokenMissing extends DomainError {
  readonly code = 'file-output.token-missing';
  readonly category = 'unavailable';
}
