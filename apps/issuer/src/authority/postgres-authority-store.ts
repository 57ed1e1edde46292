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
       union all
       select id, 'access-token', public_key, wrapped_key, not_after, prepared_at, activated_at, tainted_at
       from issuer.access_token_authorities
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

/** Where each kind is kept; those of one table are told apart by its column `kind`. */
const tables: Readonly<Record<KeySetKind, { name: string; published: string; isShared: boolean }>> = {
  x509: { name: 'issuer.authorities', published: 'certificate', isShared: false },
  jwt: { name: 'issuer.token_authorities', published: 'public_key', isShared: true },
  wit: { name: 'issuer.token_authorities', published: 'public_key', isShared: true },
  'access-token': { name: 'issuer.access_token_authorities', published: 'public_key', isShared: false },
};

async function apply(client: Queryable, { kind, ...change }: KeySetChange): Promise<void> {
  const { add, activate, taint, remove = [] } = change;
  const { name: table, isShared } = tables[kind];
  if (add !== undefined) await insert(client, add);
  if (activate !== undefined) {
    // Whoever of this kind signed until now signs no more, and its key is gone with that.
    await client.query(
      `update ${table} set wrapped_key = null where activated_at is not null${isShared ? ' and kind = $1' : ''}`,
      isShared ? [kind] : [],
    );
    await client.query(`update ${table} set activated_at = $2 where id = $1`, [activate.id, activate.at]);
  }
  if (taint !== undefined) {
    await client.query(`update ${table} set tainted_at = $2 where id = any($1)`, [taint.ids, taint.at]);
  }
  if (remove.length > 0) await client.query(`delete from ${table} where id = any($1)`, [remove]);
}

async function insert(client: Queryable, add: StoredAuthority): Promise<void> {
  const { name, published, isShared } = tables[add.kind];
  const values = [add.id, add.published, add.wrappedKey, add.notAfter, add.preparedAt, add.activatedAt];
  await client.query(
    `insert into ${name}
       (id, ${published}, wrapped_key, not_after, prepared_at, activated_at${isShared ? ', kind' : ''})
     values ($1, $2, $3, $4, $5, $6${isShared ? ', $7' : ''})`,
    isShared ? [...values, add.kind] : values,
  );
}

/** What signs now is not part of the bundle; what is published and what is tainted is. */
function changesBundle({ kind, add, taint, remove = [] }: KeySetChange): boolean {
  if (kind === 'access-token') return false;
  return add !== undefined || taint !== undefined || remove.length > 0;
}
