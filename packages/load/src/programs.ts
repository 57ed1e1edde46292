import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where programs are looked for, and what they are given. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** The first executable file of that name on PATH. */
export function onPath(name: string, { env }: Surroundings): string | null {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, name);
    if (folder !== '' && isExecutable(file)) return file;
  }
  return null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

export interface Finished {
  readonly ok: boolean;
  readonly stdout: string;
  /** The end of what it complained of. */
  readonly complaint: string;
}

interface RunOptions extends Surroundings {
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;

/** Runs a program to its end; never rejects for what the program does. */
export function runProgram(file: string, args: readonly string[], options: RunOptions): Promise<Finished> {
  const { env, signal, cwd, timeoutMs = 60_000 } = options;
  return new Promise((resolve) => {
    execFile(
      file,
      [...args],
      {
        env: env as NodeJS.ProcessEnv,
        timeout: timeoutMs,
        maxBuffer: OUTPUT_BYTES_MAX,
        ...(signal ? { signal } : {}),
        ...(cwd ? { cwd } : {}),
      },
      (error, stdout, stderr) => {
        const complaint = (stderr.trim() || error?.message || '').split('\n').slice(-3).join(' ').slice(-400);
        resolve({ ok: error === null, stdout, complaint });
      },
    );
  });
}
