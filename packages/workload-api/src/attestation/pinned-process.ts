import { closeSync, readFileSync } from 'node:fs';
import type { PeerCredentials } from '../peer-credentials.ts';
import { ProcessGone } from '../workload-api.errors.ts';
import type { WorkloadProcess } from './workload-attestor.ts';

/** The unit of /proc/<pid>/stat's times; 100 on every Linux user space (sysconf(_SC_CLK_TCK)). */
const TICKS_PER_SECOND = 100;

/**
 * The process behind a connection, held so that a pid which is used again gets nothing: by its
 * pidfd where the kernel gives one, and by its start time always.
 *
 * What no reader of peer credentials can see: a process may connect and then exec another
 * program or hand the connected socket to one. The identity goes to what the connecting process
 * is when it is attested. A policy should therefore pin the user as well.
 */
export class PinnedProcess implements WorkloadProcess {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  readonly startedAtMs: number;
  readonly #startTicks: number | undefined;
  #pidfd: number | undefined;

  constructor(credentials: PeerCredentials) {
    this.pid = credentials.pid;
    this.uid = credentials.uid;
    this.gid = credentials.gid;
    this.#pidfd = credentials.pidfd;
    this.#startTicks = readStartTicks(this.pid);
    this.startedAtMs = bootedAtMs() + ((this.#startTicks ?? 0) / TICKS_PER_SECOND) * 1000;
  }

  /** Runs `read` and gives its answer only if the pid meant this process before and after. */
  async whilePresent<T>(read: () => Promise<T>): Promise<T> {
    this.#assertPresent();
    const answer = await read();
    this.#assertPresent();
    return answer;
  }

  release(): void {
    if (this.#pidfd !== undefined) closeSync(this.#pidfd);
    this.#pidfd = undefined;
  }

  #assertPresent(): void {
    const startTicks = readStartTicks(this.pid);
    if (startTicks === undefined || startTicks !== this.#startTicks || !this.#pidfdNamesPid()) {
      throw new ProcessGone('the calling process has ended', { context: { pid: this.pid } });
    }
  }

  /** A pidfd's fdinfo holds the pid while the process is there, and -1 once it has been reaped. */
  #pidfdNamesPid(): boolean {
    if (this.#pidfd === undefined) return true;
    const line = /^Pid:\s+(-?\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${this.#pidfd}`, 'utf8'));
    return line?.[1] === String(this.pid);
  }
}

/** Field 22 of /proc/<pid>/stat (proc_pid_stat(5)); undefined when it is gone or a zombie. */
function readStartTicks(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the program's name in brackets, and may itself hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  if (state === undefined || 'ZXx'.includes(state)) return undefined;
  const ticks = Number(fields[19]);
  return Number.isSafeInteger(ticks) ? ticks : undefined;
}

function bootedAtMs(): number {
  const uptimeSeconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  return Date.now() - uptimeSeconds * 1000;
}
