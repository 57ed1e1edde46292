import type pg from 'pg';
import { type Database, inLockedTransaction } from '../database/database.ts';
import {
  type AuthorityChange,
  type AuthoritySnapshot,
  AuthorityStore,
  type StoredAuthority,
} from './authority-store.ts';

type Queryable = Pick<pg.PoolClient, 'query'>;

interface AuthorityRow {
  readonly id: string;
  readonly certificate: Buffer;
  readonly wrapped_key: Buffer | null;
  readonly not_after: Date;
  readonly prepared_at: Date;
  readonly activated_at: Date | null;
  readonly tainted_at: Date | null;
}

interface TrustDomainRow {
  /** PostgreSQL's bigint arrives as text. */
  readonly authority_revision: string;
  readonly bundle_sequence: string;
}

export class PostgresAuthorityStore extends AuthorityStore {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  async revision(): Promise<number> {
    const { rows } = await this.#database.query<TrustDomainRow>(
      'select authority_revision from issuer.trust_domain',
    );
    return Number(rows[0]?.authority_revision);
  }

  /** Locked, so that authorities and numbers belong together. */
  load(): Promise<AuthoritySnapshot> {
    return inLockedTransaction(this.#database, read);
  }

  change(
    decide: (snapshot: AuthoritySnapshot) => Promise<AuthorityChange | null>,
  ): Promise<AuthoritySnapshot> {
    return inLockedTransaction(this.#database, async (client) => {
      const before = await read(client);
      const change = await decide(before);
      if (change === null) return before;
      await apply(client, change);
      return read(client);
    });
  }
}

async function read(client: Queryable): Promise<AuthoritySnapshot> {
  const domain = await client.query<TrustDomainRow>(
    'select authority_revision, bundle_sequence from issuer.trust_domain',
  );
  const { rows } = await client.query<AuthorityRow>(
    'select * from issuer.authorities order by prepared_at, id',
  );
  return {
    revision: Number(domain.rows[0]?.authority_revision),
    sequence: Number(domain.rows[0]?.bundle_sequence),
    authorities: rows.map(storedAuthority),
  };
}

function storedAuthority(row: AuthorityRow): StoredAuthority {
  return {
    id: row.id,
    certificate: row.certificate,
    wrappedKey: row.wrapped_key,
    notAfter: row.not_after,
    preparedAt: row.prepared_at,
    activatedAt: row.activated_at,
    taintedAt: row.tainted_at,
  };
}

async function apply(client: Queryable, change: AuthorityChange): Promise<void> {
  const { add, activate, taint, remove = [] } = change;
  if (add !== undefined) {
    await client.query(
      `insert into issuer.authorities (id, certificate, wrapped_key, not_after, prepared_at, activated_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [add.id, add.certificate, add.wrappedKey, add.notAfter, add.preparedAt, add.activatedAt],
    );
  }
  if (activate !== undefined) {
    // Whoever signed until now signs no more, and its key is gone with that.
    await client.query('update issuer.authorities set wrapped_key = null where activated_at is not null');
    await client.query('update issuer.authorities set activated_at = $2 where id = $1', [
      activate.id,
      activate.at,
    ]);
  }
  if (taint !== undefined) {
    await client.query('update issuer.authorities set tainted_at = $2 where id = any($1)', [
      taint.ids,
      taint.at,
    ]);
  }
  if (remove.length > 0) await client.query('delete from issuer.authorities where id = any($1)', [remove]);
  const bundleChanged = add !== undefined || taint !== undefined || remove.length > 0;
  await client.query(
    `update issuer.trust_domain
     set authority_revision = authority_revision + 1, bundle_sequence = bundle_sequence + $1`,
    [bundleChanged ? 1 : 0],
  );
}
