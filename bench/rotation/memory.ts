import { readFileSync, writeFileSync } from 'node:fs';

/** Resident memory of a process, MiB. */
export interface Memory {
  readonly nowMib: number;
  /** The highest since it started, or since `forgetPeak`. */
  readonly peakMib: number;
}

/** As the kernel counts it (proc(5), /proc/pid/status: VmRSS and VmHWM). */
export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (name: string) => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    if (kib === undefined) throw new TypeError(`/proc/${pid}/status has no ${name}`);
    return Math.round(Number(kib) / 1024);
  };
  return { nowMib: mib('VmRSS'), peakMib: mib('VmHWM') };
}

/** The peak is counted from now on (proc(5), /proc/pid/clear_refs: 5). */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
