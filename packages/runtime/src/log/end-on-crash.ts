import type { Logger } from 'pino';

/**
 * An error that nobody caught ends the process, as it would anyway, but says so as a line of the
 * log: Node's own report would be plain text, and would print whatever secret the error holds.
 */
export function endOnCrash(logger: Logger): void {
  const crash = (err: unknown) => {
    logger.fatal({ err }, 'ended by an error that nobody caught');
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
}
