import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const RETRY_MS = 500;

interface IdentityChangesOptions {
  readonly url: string;
  /** Whether changes are heard of from now on. */
  readonly onHearing: (isHearing: boolean) => void;
  /** Some agent's id, name or SPIFFE ID is not what it was. */
  readonly onChange: () => void;
}

/** Hears from PostgreSQL (LISTEN) when an identity no longer belongs to the agent that it belonged to. */
export function followIdentityChanges(options: IdentityChangesOptions): AsyncDisposable {
  const stopping = new AbortController();
  const following = follow(options, stopping.signal);
  return {
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await following;
    },
  };
}

async function follow(options: IdentityChangesOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await listenOnce(options, signal);
    } catch {
      // The database is away, or the connection broke: others tell of it, and until it is back all is asked.
    }
    options.onHearing(false);
    await delay(RETRY_MS, undefined, { signal }).catch(() => {});
  }
}

async function listenOnce(
  { url, onHearing, onChange }: IdentityChangesOptions,
  signal: AbortSignal,
): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000, keepAlive: true });
  client.on('error', () => onHearing(false));
  try {
    await client.connect();
    client.on('end', () => onHearing(false));
    client.on('notification', onChange);
    const ended = once(client, 'end', { signal });
    ended.catch(() => {});
    await client.query('listen agent_identities');
    onHearing(true);
    await ended;
  } finally {
    await client.end().catch(() => {});
  }
}
