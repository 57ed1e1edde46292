import koffi from 'koffi';
import { AuditLogInUse } from './audit.errors.ts';

/** flock(2): LOCK_EX and LOCK_NB. */
const exclusiveAndAtOnce = 2 | 4;

/**
 * Takes a file for this process alone. The kernel lets go of it when the process ends, however it
 * does: no lock is left behind for the next one to puzzle over. Two containers with one volume see it, too.
 */
export function lockFile(fd: number, path: string): void {
  if (process.platform === 'win32') return;
  const flock = koffi.load(null).func('int flock(int fd, int operation)');
  if (flock(fd, exclusiveAndAtOnce) === 0) return;
  throw new AuditLogInUse(
    `${path} is written by another issuer: each needs a log of its own, give this one another LEDGER_FILE`,
    { context: { errno: koffi.errno() } },
  );
}
