import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';

/**
 * A span and a duration for each request by undici, which tells of them by `diagnostics_channel`:
 * nothing is patched. Of the URL only the origin is kept, since the rest may hold an agent's words
 * (a search) or whatever else a caller has put there.
 */
export function clientSpans(): UndiciInstrumentation {
  return new UndiciInstrumentation({
    startSpanHook: ({ origin }) => ({ 'url.full': String(origin), 'url.path': '', 'url.query': '' }),
  });
}
