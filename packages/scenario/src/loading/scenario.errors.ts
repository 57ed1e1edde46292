import { DomainError } from '@blastradius/kernel';

/** One thing wrong in a scenario file. */
export interface ScenarioProblem {
  readonly line: number;
  readonly column: number;
  /** `attack.firstUse.sigma`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** What may stand there, in words. */
  readonly allowed: string;
}

/** The file is no valid scenario; the message lists every problem with file, line and column. */
export class ScenarioInvalid extends DomainError {
  readonly code = 'scenario.invalid';
  readonly category = 'invalid';
  readonly problems: readonly ScenarioProblem[];

  constructor(file: string, problems: readonly ScenarioProblem[], cause?: unknown) {
    const lines = problems.map(
      ({ line, column, path, message, allowed }) =>
        `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}${allowed === '' ? '' : `; allowed: ${allowed}`}`,
    );
    super(lines.join('\n'), { publicDetail: lines.join('\n'), context: { file, problems }, cause });
    this.problems = problems;
  }
}

export class ScenarioNotFound extends DomainError {
  readonly code = 'scenario.not-found';
  readonly category = 'not-found';
}
