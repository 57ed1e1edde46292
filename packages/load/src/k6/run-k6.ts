import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import type { AgentRecord } from '@blastradius/ledger';
import { K6Failed } from '../load.errors.ts';
import type { LoadCount } from '../points/load-count.ts';
import { followK6Output } from '../points/load-ledger.ts';
import { runProgram } from '../programs.ts';
import type { K6 } from './k6.ts';
import { containerIdFile, containerNameOf, type K6Job, k6Command } from './k6-command.ts';
import { type ProcessorTime, watchProcessorTime } from './processor-time.ts';

export interface RunOptions {
  readonly k6: K6;
  readonly logFile: string;
  /** However k6 behaves, it is ended after this time. */
  readonly secondsMax: number;
  readonly record: (record: AgentRecord, part: 'warm_up' | 'measured') => void;
}

/** A k6 at work. */
export interface RunningK6 {
  readonly count: LoadCount;
  /** Resolves with the instant at which the first request of the load began; rejects if k6 ends before. */
  readonly begun: Promise<number>;
  /** Resolves when k6 has finished, thresholds met or not; rejects if it ended in any other way. */
  readonly ended: Promise<{ readonly exitCode: number; readonly processorTime: ProcessorTime }>;
  stop(): Promise<void>;
}

/** k6's exit code where it ran to its end and a threshold was crossed. */
const THRESHOLDS_CROSSED = 99;
const GRACE_MS = 8000;

export function runK6(job: K6Job, options: RunOptions): RunningK6 {
  const command = k6Command(options.k6, job, process.env);
  const child = spawn(command.file, command.args, {
    // A group of its own: Ctrl-C in the terminal reaches only us.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: command.env,
    cwd: options.k6.kind === 'service' ? options.k6.folder : job.workFolder,
  });
  child.stderr.pipe(createWriteStream(options.logFile, { flags: 'a', mode: 0o600 }));
  const first = Promise.withResolvers<number>();
  const { count, ended: outputEnded } = followK6Output(child.stdout, (record, part) => {
    first.resolve(record.atMs);
    options.record(record, part);
  });
  const processorTime = watchGenerator(child, options.k6, job);
  const timer = setTimeout(() => child.kill('SIGKILL'), options.secondsMax * 1000);
  const exited = exitOf(child);
  const ended = Promise.all([exited, outputEnded, processorTime]).then(([exitCode, , time]) => {
    clearTimeout(timer);
    time.stop();
    if (exitCode === 0 || exitCode === THRESHOLDS_CROSSED) return { exitCode, processorTime: time };
    throw new K6Failed(`k6 ended with ${exitCode}: ${lastComplaint(options.logFile)} (${options.logFile})`);
  });
  const neverBegan = ended.then(() => {
    throw new K6Failed('k6 ended without a single request of the load');
  });
  const begun = Promise.race([first.promise, neverBegan]);
  // Whoever waits for one of these hears of its failure, and nobody has to wait for all.
  for (const promise of [ended, neverBegan, begun]) promise.catch(() => {});
  return {
    count,
    begun,
    ended,
    stop: async () => {
      if (options.k6.kind === 'service') await endContainer(job);
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await exited;
      clearTimeout(force);
    },
  };
}

/** Compose's own client may end before what it has started. */
async function endContainer(job: K6Job): Promise<void> {
  await runProgram('docker', ['kill', '-s', 'SIGTERM', containerNameOf(job)], { env: process.env });
}

function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'no exit code'));
    child.once('error', (error) => resolve(error.message));
  });
}

/** The process that works: k6 itself, or the one in the container that our client waits for. */
async function watchGenerator(child: ChildProcess, k6: K6, job: K6Job): Promise<ProcessorTime> {
  if (k6.kind === 'binary') return watchProcessorTime(child.pid ?? 0);
  for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const container = k6.kind === 'image' ? containerIdOf(job) : containerNameOf(job);
    const args = ['inspect', '--format', '{{.State.Pid}}', container];
    const docker = k6.kind === 'image' ? k6.docker : 'docker';
    const { ok, stdout } = await runProgram(docker, args, { env: process.env });
    if (ok && Number(stdout) > 0) return watchProcessorTime(Number(stdout));
  }
  return watchProcessorTime(0);
}

function containerIdOf(job: K6Job): string {
  try {
    return readFileSync(containerIdFile(job), 'utf8').trim() || 'none';
  } catch {
    return 'none';
  }
}

function lastComplaint(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n');
  const complaint = lines.findLast((line) => line.includes('level=error')) ?? lines.at(-1) ?? '';
  return (/msg="(.*?)(?:\\n.*)?"(?: |$)/.exec(complaint)?.[1] ?? complaint).slice(0, 600);
}
