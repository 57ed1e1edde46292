import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

/**
 * A span for one statement to PostgreSQL, inside of a trace that is recorded; else nothing. The
 * statement's text is left out: its first word says enough, and literals may be anything.
 */
export async function observeStatement<T>(statement: string, run: () => Promise<T>): Promise<T> {
  if (!trace.getActiveSpan()?.isRecording()) return run();
  const operation = /^\s*(\w+)/.exec(statement)?.[1]?.toUpperCase() ?? 'UNKNOWN';
  const span = trace.getTracer('blastradius').startSpan(operation, {
    kind: SpanKind.CLIENT,
    attributes: { 'db.system.name': 'postgresql', 'db.operation.name': operation },
  });
  try {
    return await run();
  } catch (error) {
    span.setAttribute('error.type', sqlStateOf(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

function sqlStateOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '_OTHER';
}
