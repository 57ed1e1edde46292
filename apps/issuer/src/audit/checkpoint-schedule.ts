import type { Logger } from '@blastradius/nest-kit';
import type { AuditCheckpoints } from './audit-checkpoints.ts';

const lookEveryMs = 1000;

/** Has checkpoints written while the issuer runs, and a last one when it ends. */
export function scheduleCheckpoints(
  checkpoints: Pick<AuditCheckpoints, 'write' | 'writeDue'>,
  logger: Pick<Logger, 'error'>,
): { stop(): Promise<void> } {
  let round = Promise.resolve();
  const tried = (work: Promise<void>) =>
    work.catch((err: unknown) => logger.error({ err }, 'the audit has no new checkpoint; it is tried again'));
  let isRunning = false;
  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    round = tried(checkpoints.writeDue()).finally(() => {
      isRunning = false;
    });
  }, lookEveryMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await round;
      await tried(checkpoints.write());
    },
  };
}
