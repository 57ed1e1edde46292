import { readFileSync } from 'node:fs';
import { ProcessGone } from '../workload-api.errors.ts';

/** Whom a process acts as, by /proc/<pid>/status: effective user and group, and its further groups. */
export interface ProcessOwner {
  readonly uid: number;
  readonly gid: number;
  readonly supplementaryGids: readonly number[];
}

/** Throws `ProcessGone` where there is no such process. */
export function readProcessOwner(pid: number): ProcessOwner {
  try {
    return parseProcessOwner(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch (cause) {
    throw new ProcessGone(`there is no process ${pid} that could be looked at`, { cause, context: { pid } });
  }
}

/** `Uid:` and `Gid:` hold the real, effective, saved and file system's id, in this order (proc_pid_status(5)). */
export function parseProcessOwner(status: string): ProcessOwner {
  const numbersOf = (name: string) => {
    const line = new RegExp(`^${name}:[ \\t]*([\\d \\t]*)$`, 'm').exec(status)?.[1] ?? '';
    return line.split(/[ \t]+/).flatMap((text) => (text === '' ? [] : [Number(text)]));
  };
  const [, uid] = numbersOf('Uid');
  const [, gid] = numbersOf('Gid');
  if (uid === undefined || gid === undefined) throw new TypeError('a process status names no user');
  return { uid, gid, supplementaryGids: numbersOf('Groups') };
}
