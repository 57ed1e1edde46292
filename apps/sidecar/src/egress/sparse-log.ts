import { DomainError } from '@blastradius/kernel';
import type { WorkloadApiLogger } from '@blastradius/workload-api';

const ONCE_IN_MS = 1000;

/** Logs the first of many like events at once and then one a second, with how many were passed over. */
export function sparseLog(logger: WorkloadApiLogger, message: string): (error: unknown) => void {
  let quietUntilMs = 0;
  let passedOver = 0;
  return (error) => {
    const nowMs = performance.now();
    if (nowMs < quietUntilMs) {
      passedOver += 1;
      return;
    }
    const reason = error instanceof DomainError ? error.code : 'egress.failed';
    logger.warn({ err: error, reason, passedOver }, message);
    quietUntilMs = nowMs + ONCE_IN_MS;
    passedOver = 0;
  };
}
