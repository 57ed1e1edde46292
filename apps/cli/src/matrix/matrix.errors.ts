import { DomainError } from '@blastradius/kernel';

export class MatrixDiffers extends DomainError {
  readonly code = 'matrix.differs';
  readonly category = 'invalid';

  constructor(folder: string, fields: readonly string[]) {
    super(
      `${folder} holds another matrix: ${fields.join(', ')} differ; give the flags it was begun with, or --out a new folder`,
    );
  }
}

export class MatrixIncomplete extends DomainError {
  readonly code = 'matrix.incomplete';
  readonly category = 'internal';
}

/** The trial ran, and what it measured is not to be believed. */
export class TrialRejected extends DomainError {
  readonly code = 'matrix.trial-rejected';
  readonly category = 'unavailable';
}
