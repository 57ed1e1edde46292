import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** How a program of somebody else's making is started. */
export interface ClientProgram {
  readonly file: string;
  readonly args: readonly string[];
}

export interface Ended {
  readonly exitCode: number | null;
  /** The JSON lines that it printed, parsed. */
  readonly lines: readonly unknown[];
  readonly complaint: string;
}

export interface RunningProgram {
  /** The next JSON line; rejects once there is none, with what the program complained of. */
  line(): Promise<unknown>;
  say(line: string): void;
  complaint(): string;
  stop(): Promise<void>;
}

const RUN_MS_MAX = 90_000;

/** Runs it to its end. Like any workload it is told where the Workload API is, and nothing else. */
export async function runClient(
  { file, args }: ClientProgram,
  more: readonly string[],
  endpoint: string,
): Promise<Ended> {
  const child = start({ file, args: [...args, ...more] }, endpoint, RUN_MS_MAX);
  const complaint = gather(child.stderr);
  const printed = gather(child.stdout);
  const [exitCode] = await once(child, 'close');
  const lines = printed().split('\n').filter(Boolean).map(parseLine);
  return { exitCode, lines, complaint: complaint() };
}

/** Starts one that goes on until it is stopped. */
export function startClient(
  { file, args }: ClientProgram,
  more: readonly string[],
  endpoint: string,
): RunningProgram {
  const child = start({ file, args: [...args, ...more] }, endpoint);
  const complaint = gather(child.stderr);
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    line: async () => {
      const { value, done } = await lines.next();
      if (!done) return parseLine(value);
      throw new Error(`${file} ended: ${complaint()}`);
    },
    say: (line) => void child.stdin.write(`${line}\n`),
    complaint,
    stop: async () => {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

function start(
  { file, args }: ClientProgram,
  endpoint: string,
  timeoutMs?: number,
): ChildProcessByStdio<Writable, Readable, Readable> {
  const child = spawn(file, [...args], {
    env: { ...process.env, SPIFFE_ENDPOINT_SOCKET: endpoint },
    stdio: 'pipe',
    killSignal: 'SIGKILL',
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  // That it reads no further is seen in how it ends.
  child.stdin.on('error', () => {});
  return child;
}

function gather(stream: Readable): () => string {
  const heard: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => heard.push(chunk));
  return () => Buffer.concat(heard).toString();
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
