import type { PostgresConnection } from '@blastradius/nest-kit';

export type Queryable = Pick<PostgresConnection, 'query'>;

/** Whether it is another document than before: the same once more is no new bundle. */
export async function putDocument(
  client: Queryable,
  trustDomain: string,
  document: string,
): Promise<boolean> {
  const { rows } = await client.query(
    `insert into issuer.federated_bundles (trust_domain, document) values ($1, $2)
     on conflict (trust_domain) do update set document = excluded.document
     where federated_bundles.document <> excluded.document returning trust_domain`,
    [trustDomain, document],
  );
  return rows.length > 0;
}

/** Whether there was one. */
export async function removeDocument(client: Queryable, trustDomain: string): Promise<boolean> {
  const { rows } = await client.query(
    'delete from issuer.federated_bundles where trust_domain = $1 returning trust_domain',
    [trustDomain],
  );
  return rows.length > 0;
}
