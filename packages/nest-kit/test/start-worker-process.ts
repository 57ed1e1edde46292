import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface WorkerProcessOptions {
  readonly name: string;
  readonly url: string;
  readonly queue: string;
  /** Where it notes what it does. */
  readonly file: string;
  readonly jobMs: number;
}

/** A real process with one worker; `kill` is SIGKILL. */
export function startWorkerProcess({ name, url, queue, file, jobMs }: WorkerProcessOptions) {
  const entry = fileURLToPath(new URL('worker-process.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--conditions=@blastradius/source', entry, name, url, queue, file, String(jobMs)],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const exited = once(child, 'exit');
  return {
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
