import type { Clock } from '@blastradius/kernel';
import type { Logger } from '@blastradius/nest-kit';
import type { UsedProofs } from './used-proofs.ts';

const intervalMs = 30_000;
/** A clock that was an hour ahead must not have made us forget what its right time still accepts. */
const keptLongerMs = 3_600_000;

/** Throws away what nobody would accept again anyway; a failure is logged and tried again. */
export function forgetUsedProofs(usedProofs: UsedProofs, clock: Clock, logger: Logger) {
  let round = Promise.resolve();
  const forget = async () => {
    try {
      const endedBefore = new Date(clock.now().getTime() - keptLongerMs);
      while ((await usedProofs.forget(endedBefore)) > 0);
    } catch (err) {
      logger.error({ err }, 'used proofs were not forgotten; it is tried again');
    }
  };
  const timer = setInterval(() => {
    round = round.then(forget);
  }, intervalMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await round;
    },
  };
}
