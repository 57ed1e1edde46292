import type { SecureContextOptions } from 'node:tls';
import type { Logger } from '@blastradius/nest-kit';
import type { Parts } from './parts.ts';

type UpkeepParts = Pick<
  Parts,
  'authorities' | 'agreedClock' | 'forcedRotation' | 'scheduledRotation' | 'serverIdentity'
>;

const intervalMs = 500;

/**
 * What has to happen though nobody asks: authorities that ended leave the bundle, rotations that an issuer
 * has left half done or that no job began are gone on with, each as far as it fails alone, and the
 * server's own certificate and trust follow what this or another issuer has changed.
 */
export function startUpkeep(
  { authorities, agreedClock, forcedRotation, scheduledRotation, serverIdentity }: UpkeepParts,
  apply: (context: SecureContextOptions) => void,
  logger: Logger,
): { stop(): Promise<void> } {
  let stopped = false;
  let round = Promise.resolve();
  let timer: NodeJS.Timeout;
  const duties = [
    () => agreedClock.compare(),
    () => authorities.retireExpired(),
    () => forcedRotation.goOn(),
    () => scheduledRotation.catchUp(),
    async () => {
      const context = await serverIdentity.refresh();
      if (context !== null) apply(context);
    },
  ];
  const keepUp = async () => {
    for (const duty of duties) {
      try {
        await duty();
      } catch (err) {
        logger.error({ err }, 'upkeep failed; it is tried again');
      }
    }
    if (!stopped) schedule();
  };
  const schedule = () => {
    timer = setTimeout(() => {
      round = keepUp();
    }, intervalMs);
  };
  schedule();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
