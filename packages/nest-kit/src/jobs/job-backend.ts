import type { ConnectionOptions, PostgresConnectionOptions } from 'bullmq';

/** Where jobs are kept: by configuration alone, a `redis://` or a `postgres://` URL. */
export type JobBackend =
  | { readonly kind: 'redis'; readonly connection: ConnectionOptions }
  | { readonly kind: 'postgres'; readonly connection: PostgresConnectionOptions };

export function jobBackend(url: string): JobBackend {
  if (/^rediss?:/.test(url)) return { kind: 'redis', connection: { url, maxRetriesPerRequest: null } };
  // A schema of its own keeps the queues out of `public`, which the leaky REST API serves.
  return { kind: 'postgres', connection: { connectionString: url, schema: 'bullmq', migrate: true, max: 4 } };
}
