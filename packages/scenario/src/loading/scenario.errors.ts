import { DomainError } from '@blastradius/kernel';

/** One thing wrong in a scenario file. */
export interface ScenarioProblem {
  readonly line: number;
  readonly column: number;
  /** `attack.firstUse.sigma`; `(file)` for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** What may stand there, in words; empty where the suggestion says it. */
  readonly allowed: string;
  /** What to write instead. */
  readonly suggestion: string;
}

/** The file is no valid scenario; the message lists every problem with file, line and column. */
export class ScenarioInvalid extends DomainError {
  readonly code = 'scenario.invalid';
  readonly category = 'invalid';
  readonly problems: readonly ScenarioProblem[];

  constructor(file: string, problems: readonly ScenarioProblem[], cause?: unknown) {
    const lines = problems.map((problem) => problemLine(file, problem));
    super(lines.join('\n'), { publicDetail: lines.join('\n'), context: { file, problems }, cause });
    this.problems = problems;
  }
}

function problemLine(file: string, problem: ScenarioProblem): string {
  const { line, column, path, message, allowed, suggestion } = problem;
  const range = allowed === '' || suggestion.includes(allowed) ? '' : `; allowed: ${allowed}`;
  return `${file}:${line}:${column} ${path}: ${message}; ${suggestion}${range}`;
}

export class ScenarioNotFound extends DomainError {
  readonly code = 'scenario.not-found';
  readonly category = 'not-found';
}
