import { readFileSync } from 'node:fs';
import { DomainError } from '@blastradius/kernel';

export class RunUnreadable extends DomainError {
  readonly code = 'report.run-unreadable';
  readonly category = 'invalid';
}

interface Schema<T> {
  parse(value: unknown): T;
}

/** What a run wrote about itself; a file that is missing or isn't one is named with what is wrong. */
export function readManifest<T>(file: string, schema: Schema<T>): T {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new RunUnreadable(`${file} can't be read: give the folder that a run wrote (its --out)`, { cause });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new RunUnreadable(`${file} is not the manifest of a run: ${detail.slice(0, 500)}`, { cause });
  }
}
