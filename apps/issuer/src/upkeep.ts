import type { SecureContextOptions } from 'node:tls';
import type { Logger } from '@blastradius/nest-kit';
import type { Authorities } from './authority/authorities.ts';
import type { ServerIdentity } from './server-identity/server-identity.ts';

const intervalMs = 500;

/**
 * What has to happen though nobody asks: authorities that ended leave the bundle, and the
 * server's own certificate and trust follow what this or another issuer has changed.
 */
export function startUpkeep(
  authorities: Authorities,
  serverIdentity: ServerIdentity,
  apply: (context: SecureContextOptions) => void,
  logger: Logger,
): { stop(): Promise<void> } {
  let stopped = false;
  let round = Promise.resolve();
  let timer: NodeJS.Timeout;
  const keepUp = async () => {
    try {
      await authorities.retireExpired();
      const context = await serverIdentity.refresh();
      if (context !== null) apply(context);
    } catch (err) {
      logger.error({ err }, 'upkeep failed; it is tried again');
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
