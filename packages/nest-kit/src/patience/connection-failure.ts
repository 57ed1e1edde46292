/**
 * A connection that could not be made or that broke: sockets, names that a container's end takes with
 * it, and PostgreSQL's own 08xxx, 57P01 (terminated), 57P02 (crashed), 57P03 (starting up), 53300 (full).
 */
const codes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '08000',
  '08001',
  '08003',
  '08006',
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);

/** What pg, pg-pool and ioredis say without a code. */
const texts =
  /^(Connection terminated|Connection is closed|timeout exceeded when trying to connect|timeout expired|Query read timeout)/;
const refusedByClient = /is not queryable$/;

/** Whether the other side was not there: trying again may help. */
export function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && codes.has(error.code)) return true;
  // A name with several addresses fails with one error for each.
  if (error instanceof AggregateError) return error.errors.some(isConnectionFailure);
  return texts.test(error.message) || wasNeverSent(error);
}

/** Whether the driver refused the statement because it knew its connection to be dead. */
export function wasNeverSent(error: unknown): boolean {
  return error instanceof Error && refusedByClient.test(error.message);
}
