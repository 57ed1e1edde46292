import type { SignedCheckpoint } from '@blastradius/audit';
import { type Database, inLockedTransaction } from '../database/database.ts';
import { AuditStore, type StoredAuditKey } from './audit-store.ts';

interface KeyRow {
  readonly id: string;
  readonly public_key: Buffer;
  readonly wrapped_key: Buffer;
  readonly created_at: Date;
}

interface CheckpointRow {
  readonly log: string;
  /** PostgreSQL's bigint arrives as text. */
  readonly sequence: string;
  readonly at_ms: string;
  readonly hash: string;
  readonly public_key: string;
  readonly signature: string;
}

const checkpointsMax = 10_000;

export class PostgresAuditStore extends AuditStore {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  keys(): Promise<readonly StoredAuditKey[]> {
    return readKeys(this.#database);
  }

  /** One issuer at a time: two that start together must not make two keys. */
  keepFirstKey(key: StoredAuditKey): Promise<StoredAuditKey> {
    return inLockedTransaction(this.#database, async (client) => {
      const [known] = await readKeys(client);
      if (known !== undefined) return known;
      await client.query(
        'insert into issuer.audit_keys (id, public_key, wrapped_key, created_at) values ($1, $2, $3, $4)',
        [key.id, key.publicKey, key.wrappedKey, key.createdAt],
      );
      return key;
    });
  }

  async addCheckpoint({ log, sequence, hash, atMs, publicKey, signature }: SignedCheckpoint): Promise<void> {
    await this.#database.query(
      `insert into issuer.audit_checkpoints (log, sequence, hash, at_ms, public_key, signature)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
      [log, sequence, hash, atMs, publicKey, signature],
    );
  }

  async newestCheckpoints(): Promise<readonly SignedCheckpoint[]> {
    const { rows } = await this.#database.query<CheckpointRow>(
      'select distinct on (log) * from issuer.audit_checkpoints order by log, sequence desc',
    );
    return rows.map(checkpointOf);
  }

  async checkpointsOf(log: string): Promise<readonly SignedCheckpoint[]> {
    const { rows } = await this.#database.query<CheckpointRow>(
      'select * from issuer.audit_checkpoints where log = $1 order by sequence desc limit $2',
      [log, checkpointsMax],
    );
    return rows.reverse().map(checkpointOf);
  }
}

async function readKeys(client: Pick<Database, 'query'>): Promise<StoredAuditKey[]> {
  const { rows } = await client.query<KeyRow>('select * from issuer.audit_keys order by created_at, id');
  return rows.map(({ id, public_key, wrapped_key, created_at }) => ({
    id,
    publicKey: public_key,
    wrappedKey: wrapped_key,
    createdAt: created_at,
  }));
}

function checkpointOf({
  log,
  sequence,
  at_ms,
  hash,
  public_key,
  signature,
}: CheckpointRow): SignedCheckpoint {
  return { log, sequence: Number(sequence), atMs: Number(at_ms), hash, publicKey: public_key, signature };
}
