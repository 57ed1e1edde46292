import { DomainError } from '@blastradius/kernel';

/** One thing that is wrong in a file of policies, or may not be meant. */
export interface FileProblem {
  readonly line: number;
  readonly column: number;
  /** `policies.2.dnsNames.0`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

/** The file holds no policies that an issuer takes; the message lists every problem with line and column. */
export class PolicyFileInvalid extends DomainError {
  readonly code = 'policy.file-invalid';
  readonly category = 'invalid';
  readonly problems: readonly FileProblem[];

  constructor(file: string, problems: readonly FileProblem[], cause?: unknown) {
    super(problems.map((problem) => problemLine(file, problem)).join('\n'), { context: { file }, cause });
    this.problems = problems;
  }
}

export class PolicyFileUnreadable extends DomainError {
  readonly code = 'policy.file-unreadable';
  readonly category = 'not-found';
}

export function problemLine(file: string, { line, column, path, message, suggestion }: FileProblem): string {
  const field = path === '' ? '' : `${path}: `;
  return `${file}:${line}:${column} ${field}${message}${suggestion === undefined ? '' : `; try ${suggestion}`}`;
}
