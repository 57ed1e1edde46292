import type { LoggerService } from '@nestjs/common';
import { destination, type Logger, pino, stdTimeFunctions } from 'pino';

const secretFields = [
  'authorization',
  'apikey',
  'apiKey',
  'api_key',
  'key',
  'privateKey',
  'password',
  'token',
  'secret',
];

/**
 * The log of a process: JSON lines on stderr (stdout carries events only), written at once. The
 * names that secrets go by are blanked wherever they stand in the first three levels.
 */
export function createLogger(name: string, level = 'info'): Logger {
  return pino(
    {
      name,
      level,
      timestamp: stdTimeFunctions.isoTime,
      redact: {
        paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[redacted]',
      },
    },
    destination({ dest: 2, sync: true }),
  );
}

/** What Nest itself has to say goes to the same log; its start-up chatter only when debugging. */
export function nestLogger(logger: Logger): LoggerService {
  const write =
    (level: 'debug' | 'warn' | 'error' | 'fatal') =>
    (message: unknown, ...rest: unknown[]) => {
      if (message instanceof Error) logger[level]({ err: message, rest });
      else logger[level]({ rest }, String(message));
    };
  return {
    log: write('debug'),
    debug: write('debug'),
    verbose: write('debug'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
  };
}
