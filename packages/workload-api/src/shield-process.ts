import koffi from 'koffi';
import { ProcessUnshielded } from './workload-api.errors.ts';

/** prctl(2). */
const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;

/**
 * Closes this process to its neighbours: workloads of the same user in the same pid namespace, which
 * the kernel would otherwise let read its memory, its environment and its files, and attach to it. To
 * be called before the first secret is read. A process that is root can't be kept out.
 */
export function shieldProcess(): void {
  if (process.platform !== 'linux') return;
  const prctl = koffi
    .load(null)
    .func('int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)');
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) !== 0) {
    throw new ProcessUnshielded('prctl(PR_SET_DUMPABLE) had no effect: neighbours could read the keys');
  }
  // Node's own answer to this signal is to open its debugger, and a neighbour may send it.
  process.on('SIGUSR1', () => {});
}
