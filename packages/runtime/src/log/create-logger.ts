import { trace } from '@opentelemetry/api';
import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { redactLine } from './redact-line.ts';

/**
 * The log of a process: JSON lines on stderr (stdout carries events only), written at once. Each
 * has `level`, `time` (ISO 8601), `name` and `msg`, an error as `err`, and inside a trace also
 * `trace_id` and `span_id`. No secret gets through; see `redactLine`.
 */
export function createLogger(name: string, level = 'info'): Logger {
  return pino(
    {
      level,
      base: { name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: activeSpan,
      hooks: { streamWrite: redactLine },
    },
    destination({ dest: 2, sync: true }),
  );
}

function activeSpan(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}
