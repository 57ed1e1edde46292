import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { processEvent } from '@blastradius/contracts';

export interface AppProcess {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly url: string;
  readonly certificatePem: string | undefined;
  /** The end of stdin, as when the starter is gone; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGTERM, as an orchestrator stops it; resolves with the exit code. */
  terminate(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** An app as a process of its own, started by lines on stdin and stdout; its log goes to ours. */
export async function startAppProcess(entry: string, env: Record<string, string>): Promise<AppProcess> {
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const exitCode = () => exited.then(([code]): number | null => code);
  const ready = await Promise.race([
    readyEvent(child),
    exitCode().then((code) => {
      throw new Error(`${entry} ended with ${code} before it was ready`);
    }),
  ]);
  return {
    pid: child.pid ?? Number.NaN,
    url: ready.url ?? '',
    certificatePem: ready.certificatePem,
    stop: () => {
      child.stdin?.end();
      return exitCode();
    },
    terminate: () => {
      child.kill('SIGTERM');
      return exitCode();
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function readyEvent(child: ChildProcess) {
  if (!child.stdout) throw new Error('no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    const event = processEvent.parse(JSON.parse(line));
    if (event.event === 'ready') return event;
  }
  throw new Error('it ended without being ready');
}
