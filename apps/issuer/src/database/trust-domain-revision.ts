import type { PostgresConnection } from '@blastradius/nest-kit';

/** Tells all issuers that something of the trust domain has changed; `inBundle`: what its bundle document shows. */
export async function noteTrustDomainChange(
  client: Pick<PostgresConnection, 'query'>,
  inBundle: boolean,
): Promise<void> {
  // At least the time: after a restore from a backup the numbers must not go back behind those that
  // sidecars have seen, or they would take every bundle to come for an old one.
  await client.query(
    `update issuer.trust_domain
     set authority_revision = authority_revision + 1,
       bundle_sequence = case when $1 then greatest(bundle_sequence + 1, extract(epoch from clock_timestamp())::bigint)
         else bundle_sequence end`,
    [inBundle],
  );
}
