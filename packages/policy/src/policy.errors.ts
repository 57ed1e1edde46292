import { DomainError } from '@blastradius/kernel';

/** A policy file or the schema that nobody may start with: says which file, which line, and what is wrong. */
export class PolicyInvalid extends DomainError {
  readonly code = 'policy.invalid';
  readonly category = 'invalid';
  readonly file: string;
  readonly line: number;

  constructor(file: string, line: number, problem: string) {
    const text = `${file}:${line}: ${problem}`;
    super(text, { publicDetail: text });
    this.file = file;
    this.line = line;
  }
}
