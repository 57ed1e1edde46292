import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { processEvent } from '@blastradius/contracts';

export interface NetworkProcess {
  readonly port: number;
  readonly certificatePem: string | undefined;
  /** The end of stdin, as when the starter is gone; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** The built network as a process of its own; `entry` is relative to this folder. */
export async function startNetworkProcess(
  env: Record<string, string>,
  entry = '../dist/main.js',
): Promise<NetworkProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(entry, import.meta.url))], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const ready = await Promise.race([
    readyEvent(child),
    exited.then(([code]) => {
      throw new Error(`the network ended with ${code} before it was ready`);
    }),
  ]);
  return {
    port: Number(new URL(ready.url ?? '').port),
    certificatePem: ready.certificatePem,
    stop: async () => {
      child.stdin?.end();
      const [code] = await exited;
      return code;
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
  throw new Error('the network said nothing');
}
