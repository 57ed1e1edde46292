import type { Logger } from '@blastradius/nest-kit';

/** How sources of the Workload API are opened here. */
export const sourceOptions = (logger: Logger) => ({
  timeoutMs: 60_000,
  onError: (err: unknown) => logger.warn({ err }, 'the Workload API is away; what it last gave goes on'),
});
