import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type ProcessCommand, type ProcessEvent, processEvent } from '@blastradius/contracts';
import { ComponentFailed } from '../stack.errors.ts';

export interface ChildOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where its log (stderr) is appended. */
  readonly logFile: string;
  readonly onEvent?: (event: ProcessEvent) => void;
  readonly cwd?: string;
}

/** One process of the range, told what to do on stdin and heard on stdout. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  send(command: ProcessCommand): void;
  kill(signal: NodeJS.Signals): void;
  /** Ends it in order (end of stdin, SIGTERM), by force after a grace period. */
  stop(): Promise<void>;
}

const GRACE_MS = 9000;

/**
 * Starts a process in a group of its own (Ctrl-C in the terminal reaches only us) with no
 * environment but the one given: above all no NODE_OPTIONS, which attestation refuses. Where our own
 * environment says how telemetry is sent, it says so for every process.
 */
export function startChild(options: ChildOptions): Child {
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', ...telemetryVariables(), ...options.env },
    ...(options.cwd ? { cwd: options.cwd } : {}),
  });
  const log = createWriteStream(options.logFile, { flags: 'a', mode: 0o600 });
  child.stderr.pipe(log);
  child.stdin.on('error', () => {}); // It went away; `exited` says so.
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = processEvent.safeParse(parseJson(line));
    if (event.success) options.onEvent?.(event.data);
    else log.write(`stdout: ${line}\n`);
  });
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  if (child.pid === undefined)
    throw new ComponentFailed(`${options.name} could not be started: ${options.command}`);
  return {
    name: options.name,
    pid: child.pid,
    exited,
    send: (command) => void child.stdin.write(`${JSON.stringify(command)}\n`),
    kill: (signal) => void child.kill(signal),
    stop: () => stopChild(child, exited),
  };
}

/** OpenTelemetry's own, except the name: each process has one. */
function telemetryVariables(): Record<string, string | undefined> {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter(([name]) => name.startsWith('OTEL_') && name !== 'OTEL_SERVICE_NAME'),
  );
}

async function stopChild(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.stdin?.end();
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await exited;
  clearTimeout(force);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Resolves with the first event of that kind; rejects when the process ends or takes too long. */
export async function untilEvent<E extends ProcessEvent['event']>(
  start: (onEvent: (event: ProcessEvent) => void) => Child,
  kind: E,
  timeoutMs = 90_000,
): Promise<{ child: Child; event: Extract<ProcessEvent, { event: E }> }> {
  const { promise, resolve } = Promise.withResolvers<Extract<ProcessEvent, { event: E }>>();
  const child = start((event) => {
    if (event.event === kind) resolve(event as Extract<ProcessEvent, { event: E }>);
  });
  const ended = child.exited.then(({ code, signal }) => {
    throw new ComponentFailed(`${child.name} ended (${signal ?? code}) before it was ready`);
  });
  const abort = new AbortController();
  const late = once(AbortSignal.any([AbortSignal.timeout(timeoutMs), abort.signal]), 'abort').then(() => {
    throw new ComponentFailed(`${child.name} was not ready within ${timeoutMs / 1000} s`);
  });
  late.catch(() => {});
  ended.catch(() => {});
  try {
    return { child, event: await Promise.race([promise, ended, late]) };
  } catch (error) {
    await child.stop();
    throw error;
  } finally {
    abort.abort();
  }
}
