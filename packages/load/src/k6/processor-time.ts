import { readFileSync } from 'node:fs';

/** The kernel counts in ticks of 10 ms on every Linux that Node runs on (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 250;

interface Sample {
  readonly atMs: number;
  readonly cpuSeconds: number;
}

/** How much processor time a process has used, looked at now and then until it ends. */
export interface ProcessorTime {
  /** User and system time within the span, interpolated between samples. */
  between(fromMs: number, toMs: number): number;
  stop(): void;
}

export function watchProcessorTime(pid: number): ProcessorTime {
  const samples: Sample[] = [];
  const sample = () => {
    const cpuSeconds = cpuSecondsOf(pid);
    if (cpuSeconds !== null) samples.push({ atMs: Date.now(), cpuSeconds });
  };
  sample();
  const timer = setInterval(sample, SAMPLE_MS);
  return {
    between: (fromMs, toMs) => Math.max(0, cpuAt(samples, toMs) - cpuAt(samples, fromMs)),
    stop: () => clearInterval(timer),
  };
}

/** `utime` and `stime` of proc_pid_stat(5); null where the process is gone, or there is no /proc. */
function cpuSecondsOf(pid: number): number | null {
  try {
    return cpuSecondsIn(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null;
  }
}

export function cpuSecondsIn(stat: string): number {
  // The second field is the program's name in parentheses, and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export function cpuAt(samples: readonly Sample[], atMs: number): number {
  const after = samples.findIndex((sample) => sample.atMs >= atMs);
  const [next, last] = [samples[after], samples[samples.length - 1]];
  if (!next) return last?.cpuSeconds ?? 0;
  const before = samples[after - 1];
  if (!before) return next.cpuSeconds;
  const share = (atMs - before.atMs) / (next.atMs - before.atMs);
  return before.cpuSeconds + share * (next.cpuSeconds - before.cpuSeconds);
}
