import type { KeySetKind } from '@blastradius/contracts';
import type { PostgresConnection } from '@blastradius/nest-kit';
import { type Database, inLockedTransaction } from '../database/database.ts';
import { noteTrustDomainChange } from '../database/trust-domain-revision.ts';
import {
  type AuthorityRow,
  type OrderRow,
  revokedAuthorities,
  rotationOrder,
  storedAuthority,
} from './authority-rows.ts';
import {
  type AuthoritySnapshot,
  AuthorityStore,
  type KeySetChange,
  type StoredAuthority,
  type TrustDomainChange,
} from './authority-store.ts';
import type { RotationOrder } from './rotation-order.ts';

type Queryable = Pick<PostgresConnection, 'query'>;

interface TrustDomainRow {
  /** PostgreSQL's bigint arrives as text. */
  readonly authority_revision: string;
  readonly bundle_sequence: string;
  readonly federated_bundles: Record<string, string>;
  readonly orders: readonly OrderRow[];
  readonly read_at: Date;
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

  change(decide: (snapshot: AuthoritySnapshot) => Promise<TrustDomainChange>): Promise<AuthoritySnapshot> {
    return inLockedTransaction(this.#database, async (client) => {
      const before = await read(client);
      const { keySets, orders = [] } = await decide(before);
      if (keySets.length + orders.length === 0) return before;
      for (const keySet of keySets) await apply(client, keySet);
      for (const order of orders) await keepOrder(client, order);
      await noteTrustDomainChange(client, keySets.some(changesBundle));
      return read(client);
    });
  }
}

/** One statement sees one state: authorities, bundles and numbers belong together. */
async function read(database: Queryable): Promise<AuthoritySnapshot> {
  const { rows } = await database.query<TrustDomainRow & Partial<AuthorityRow>>(
    `select authority_revision, bundle_sequence, clock_timestamp() as read_at,
       (select coalesce(jsonb_object_agg(trust_domain, document), '{}') from issuer.federated_bundles)
         as federated_bundles,
       (select coalesce(jsonb_agg(o order by o.ordered_at, o.id), '[]') from issuer.rotation_orders o
         where phase = 'publishing' or finished_at > clock_timestamp() - interval '1 hour') as orders,
       authorities.*
     from issuer.trust_domain left join (
       select id, 'x509' as kind, certificate as published, wrapped_key, not_after, prepared_at, activated_at,
         tainted_at, null::timestamptz as revoked_at
       from issuer.authorities
       union all
       select id, kind, public_key, wrapped_key, not_after, prepared_at, activated_at, tainted_at, null
       from issuer.token_authorities
       union all
       select id, 'access-token', public_key, wrapped_key, not_after, prepared_at, activated_at, tainted_at, null
       from issuer.access_token_authorities
       union all
       select id, kind, published, null, not_after, prepared_at, activated_at, tainted_at, revoked_at
       from issuer.revoked_authorities
     ) as authorities on true
     order by prepared_at, id`,
  );
  const authorities = rows.filter(isAuthority);
  const [first] = rows;
  return {
    revision: Number(first?.authority_revision),
    sequence: Number(first?.bundle_sequence),
    authorities: authorities.filter(({ revoked_at }) => revoked_at === null).map(storedAuthority),
    revoked: revokedAuthorities(authorities),
    orders: (first?.orders ?? []).map(rotationOrder),
    readAt: first?.read_at ?? new Date(),
    federatedBundles: first?.federated_bundles ?? {},
  };
}

/** Where there is no authority yet, the numbers stand alone. */
function isAuthority<Row extends Partial<AuthorityRow>>(row: Row): row is Row & AuthorityRow {
  return typeof row.id === 'string';
}

/** Where each kind is kept; those of one table are told apart by its column `kind`. */
const tables: Readonly<Record<KeySetKind, { name: string; published: string; isShared: boolean }>> = {
  x509: { name: 'issuer.authorities', published: 'certificate', isShared: false },
  jwt: { name: 'issuer.token_authorities', published: 'public_key', isShared: true },
  wit: { name: 'issuer.token_authorities', published: 'public_key', isShared: true },
  'access-token': { name: 'issuer.access_token_authorities', published: 'public_key', isShared: false },
};

async function apply(client: Queryable, { kind, ...change }: KeySetChange): Promise<void> {
  const { add, activate, taint, revoke, remove = [] } = change;
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
  if (revoke !== undefined) await moveToRevoked(client, kind, revoke);
  if (remove.length === 0) return;
  await client.query(`delete from ${table} where id = any($1)`, [remove]);
  await client.query('delete from issuer.revoked_authorities where id = any($1)', [remove]);
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

async function moveToRevoked(
  client: Queryable,
  kind: KeySetKind,
  { ids, at }: NonNullable<KeySetChange['revoke']>,
): Promise<void> {
  const { name, published } = tables[kind];
  await client.query(
    `with gone as (delete from ${name} where id = any($1) returning *)
     insert into issuer.revoked_authorities
       (id, kind, published, not_after, prepared_at, activated_at, tainted_at, revoked_at)
     select id, $2, ${published}, not_after, prepared_at, activated_at, tainted_at, $3 from gone`,
    [ids, kind, at],
  );
}

async function keepOrder(client: Queryable, order: RotationOrder): Promise<void> {
  await client.query(
    `insert into issuer.rotation_orders
       (id, ordered_by, ordered_at, activate_at, authority_ids, phase, finished_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (id) do update
       set activate_at = excluded.activate_at, phase = excluded.phase, finished_at = excluded.finished_at`,
    [
      order.id,
      order.orderedBy,
      order.orderedAt,
      order.activateAt,
      JSON.stringify(order.authorityIds),
      order.phase,
      order.finishedAt,
    ],
  );
}

/** What signs now is not part of the bundle; what is published and what is tainted is. */
function changesBundle({ kind, add, taint, revoke, remove = [] }: KeySetChange): boolean {
  if (kind === 'access-token') return false;
  return add !== undefined || taint !== undefined || revoke !== undefined || remove.length > 0;
}
