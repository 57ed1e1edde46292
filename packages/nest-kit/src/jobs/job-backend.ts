import type { ConnectionOptions, PostgresConnectionOptions } from 'bullmq';
import { GuardedClient } from '../database/guarded-client.ts';

/** Where jobs are kept: by configuration alone, a `redis://` or a `postgres://` URL. */
export type JobBackend =
  | { readonly kind: 'redis'; readonly connection: ConnectionOptions }
  | { readonly kind: 'postgres'; readonly connection: PostgresConnectionOptions };

/** Keeps the queues of several owners apart in one backend; BullMQ's own default. */
export const DEFAULT_PREFIX = 'bull';

export function jobBackend(url: string): JobBackend {
  if (/^rediss?:/.test(url)) {
    return {
      kind: 'redis',
      connection: {
        url,
        maxRetriesPerRequest: null,
        // BullMQ's own pauses grow to 20 seconds: too long after a restart that took ten.
        retryStrategy: (times) => Math.min(times * 100, 1000),
      },
    };
  }
  return {
    kind: 'postgres',
    connection: {
      connectionString: url,
      // A schema of its own keeps the queues out of `public`, which the leaky REST API serves.
      schema: 'bullmq',
      migrate: true,
      max: 4,
      Client: GuardedClient,
      connectionTimeoutMillis: 5000,
      query_timeout: 20_000,
    },
  };
}

/** On PostgreSQL BullMQ knows no prefixes: there the name itself keeps owners apart. */
export function queueNameOn(kind: JobBackend['kind'], name: string, prefix: string): string {
  return kind === 'redis' || prefix === DEFAULT_PREFIX ? name : `${prefix}.${name}`;
}
