import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { DomainError } from '@blastradius/kernel';

export class OutputFolderInUse extends DomainError {
  readonly code = 'run.output-folder-in-use';
  readonly category = 'invalid';
}

export class Interrupted extends DomainError {
  readonly code = 'run.interrupted';
  readonly category = 'unavailable';
}

/** A run never writes over an earlier one. */
export function emptyFolder(folder: string): string {
  const absolute = resolve(folder);
  if (existsSync(absolute) && readdirSync(absolute).length > 0) {
    throw new OutputFolderInUse(`${absolute} is not empty; give --out a new folder`);
  }
  return absolute;
}

export function timestamp(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
}

/** Ctrl-C ends the run in order: the world is taken down, and its folders with it. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) return;
      process.stderr.write('\nstopping: ending every process of the run ...\n');
      controller.abort(new Interrupted(`stopped by ${signal}; no report was written`));
    });
  }
  return controller.signal;
}
