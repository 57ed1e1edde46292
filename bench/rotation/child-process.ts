import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { processEvent } from '../../packages/contracts/src/index.ts';
import type { Order } from './messages.ts';

export interface ChildOptions {
  readonly entry: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where its log is appended. */
  readonly logFile: string;
  /** Of Node itself. */
  readonly nodeOptions?: readonly string[];
}

/** An app as it is run in earnest; ready when it says so on stdout. */
export interface RunningApp {
  readonly pid: number;
  /** Where it listens. */
  readonly url: string;
  stop(): Promise<void>;
}

/** One of the bench's own processes: orders go in, an answer comes out for each. */
export interface Worker<Ready, Orders extends object = Order> {
  readonly pid: number;
  readonly ready: Ready;
  ask<Answer>(order: Orders): Promise<Answer>;
  stop(): Promise<void>;
}

export async function startApp(options: ChildOptions): Promise<RunningApp> {
  const child = start(options, ['pipe', 'pipe']);
  const { stdout } = child;
  if (stdout === null) throw new TypeError('a child without stdout');
  const { promise, resolve } = Promise.withResolvers<string>();
  createInterface({ input: stdout }).on('line', (line) => {
    const event = processEvent.safeParse(parsed(line));
    if (event.success && event.data.event === 'ready') resolve(event.data.url ?? '');
  });
  const url = await Promise.race([promise, ended(child, options)]);
  return { pid: pidOf(child), url, stop: () => stop(child) };
}

export async function startWorker<Ready, Orders extends object = Order>(
  options: ChildOptions,
): Promise<Worker<Ready, Orders>> {
  const child = start(options, ['ignore', 'ignore', 'ipc']);
  const gone = ended(child, options);
  gone.catch(() => {});
  const next = async <Answer>(): Promise<Answer> => {
    const [answer] = await Promise.race([once(child, 'message'), gone]);
    return answer as Answer;
  };
  const ready = await next<Ready>();
  return {
    pid: pidOf(child),
    ready,
    ask: (order) => {
      const answer = next();
      child.send(order);
      return answer as Promise<never>;
    },
    stop: () => stop(child),
  };
}

type Channels = ['pipe', 'pipe'] | ['ignore', 'ignore', 'ipc'];

/** No environment but the one given: attestation refuses NODE_OPTIONS, and nothing of ours should matter. */
function start(
  { entry, args = [], env = {}, logFile, nodeOptions = [] }: ChildOptions,
  [stdin, stdout, ipc]: Channels,
): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  try {
    return spawn(process.execPath, [...nodeOptions, entry, ...args], {
      env: { PATH: '/usr/bin:/bin', ...env },
      stdio: ipc === undefined ? [stdin, stdout, log] : [stdin, stdout, log, ipc],
    });
  } finally {
    closeSync(log);
  }
}

async function ended(child: ChildProcess, { entry, logFile }: ChildOptions): Promise<never> {
  const [code, signal] = await once(child, 'exit');
  throw new Error(`${entry} ended (${signal ?? code}); see ${logFile}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.stdin?.end();
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 9000);
  await exited;
  clearTimeout(force);
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new TypeError('a child without a process id');
  return pid;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
