import type { KeySetKind } from '@blastradius/contracts';
import type { PostgresConnection } from '@blastradius/nest-kit';
import { type Database, inLockedTransaction } from '../database/database.ts';
import { noteTrustDomainChange } from '../database/trust-domain-revision.ts';
import {
  type AuthoritySnapshot,
  AuthorityStore,
  type KeySetChange,
  type StoredAuthority,
} from './authority-store.ts';

type Queryable = Pick<PostgresConnection, 'query'>;

interface AuthorityRow {
  readonly id: string;
  readonly kind: KeySetKind;
  readonly published: Buffer;
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
  readonly federated_bundles: Record<string, string>;
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

  load(): Promise<AuthoritySnapshot> {
    return read(this.#database);
  }

  change(
    decide: (snapshot: AuthoritySnapshot) => Promise<readonly KeySetChange[]>,
  ): Promise<AuthoritySnapshot> {
    return inLockedTransaction(this.#database, async (client) => {
      const before = await read(client);
      const changes = await decide(before);
      if (changes.length === 0) return before;
      for (const change of changes) await apply(client, change);
      await noteTrustDomainChange(client, changes.some(changesBundle));
      return read(client);
    });
  }
}

/** One statement sees one state: authorities, bundles and numbers belong together. */
async function read(database: Queryable): Promise<AuthoritySnapshot> {
  const { rows } = await database.query<TrustDomainRow & Partial<AuthorityRow>>(
    `select authority_revision, bundle_sequence,
       (select coalesce(jsonb_object_agg(trust_domain, document), '{}') from issuer.federated_bundles)
         as federated_bundles,
       authorities.*
     from issuer.trust_domain left join (
       select id, 'x509' as kind, certificate as published, wrapped_key, not_after, prepared_at, activated_at, tainted_at
       from issuer.authorities
       union all
       select id, kind, public_key, wrapped_key, not_after, prepared_at, activated_at, tainted_at
       from issuer.token_authorities
     ) as authorities on true
     order by prepared_at, id`,
  );
  return {
    revision: Number(rows[0]?.authority_revision),
    sequence: Number(rows[0]?.bundle_sequence),
    authorities: rows.filter(isAuthority).map(storedAuthority),
    federatedBundles: rows[0]?.federated_bundles ?? {},
  };
}

/** Where there is no authority yet, the numbers stand alone. */
function isAuthority<Row extends Partial<AuthorityRow>>(row: Row): row is Row & AuthorityRow {
  return typeof row.id === 'string';
}

function storedAuthority(row: AuthorityRow): StoredAuthority {
  return {
    id: row.id,
    kind: row.kind,
    published: row.published,
    wrappedKey: row.wrapped_key,
    notAfter: row.not_after,
    preparedAt: row.prepared_at,
    activatedAt: row.activated_at,
    taintedAt: row.tainted_at,
  };
}

async function apply(client: Queryable, { kind, ...change }: KeySetChange): Promise<void> {
  const { add, activate, taint, remove = [] } = change;
  const table = kind === 'x509' ? 'issuer.authorities' : 'issuer.token_authorities';
  if (add !== undefined) await insert(client, add);
  if (activate !== undefined) {
    // Whoever of this kind signed until now signs no more, and its key is gone with that.
    await client.query(
      kind === 'x509'
        ? 'update issuer.authorities set wrapped_key = null where activated_at is not null'
        : 'update issuer.token_authorities set wrapped_key = null where activated_at is not null and kind = $1',
      kind === 'x509' ? [] : [kind],
    );
    await client.query(`update ${table} set activated_at = $2 where id = $1`, [activate.id, activate.at]);
  }
  if (taint !== undefined) {
    await client.query(`update ${table} set tainted_at = $2 where id = any($1)`, [taint.ids, taint.at]);
  }
  if (remove.length > 0) await client.query(`delete from ${table} where id = any($1)`, [remove]);
}

async function insert(client: Queryable, add: StoredAuthority): Promise<void> {
  const values = [add.id, add.published, add.wrappedKey, add.notAfter, add.preparedAt, add.activatedAt];
  if (add.kind === 'x509') {
    await client.query(
      `insert into issuer.authorities (id, certificate, wrapped_key, not_after, prepared_at, activated_at)
       values ($1, $2, $3, $4, $5, $6)`,
      values,
    );
    return;
  }
  await client.query(
    `insert into issuer.token_authorities
       (id, public_key, wrapped_key, not_after, prepared_at, activated_at, kind)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [...values, add.kind],
  );
}

/** What signs now is not part of the bundle; what is published and what is tainted is. */
function changesBundle({ add, taint, remove = [] }: KeySetChange): boolean {
  return add !== undefined || taint !== undefined || remove.length > 0;
}
