import { TrustDomainMismatch } from '../authority/authority.errors.ts';
import { type Database, inLockedTransaction } from './database.ts';

const schema = `
  create schema if not exists issuer;
  create table if not exists issuer.trust_domain (
    single boolean primary key default true check (single),
    name text not null,
    authority_revision bigint not null default 0,
    bundle_sequence bigint not null default 0,
    policy_revision bigint not null default 0,
    policies jsonb not null default '[]'
  );
  create table if not exists issuer.authorities (
    id uuid primary key,
    certificate bytea not null,
    wrapped_key bytea,
    not_after timestamptz not null,
    prepared_at timestamptz not null,
    activated_at timestamptz,
    tainted_at timestamptz
  );
  alter table issuer.authorities add column if not exists tainted_at timestamptz;
  create table if not exists issuer.join_tokens (
    token_hash bytea primary key,
    node text not null,
    expires_at timestamptz not null,
    used_at timestamptz
  );
`;

/** Creates what is missing; a database belongs to one trust domain, and to no other ever after. */
export function migrate(database: Database, trustDomain: string): Promise<void> {
  return inLockedTransaction(database, async (client) => {
    await client.query(schema);
    await client.query('insert into issuer.trust_domain (name) values ($1) on conflict do nothing', [
      trustDomain,
    ]);
    const { rows } = await client.query<{ name: string }>('select name from issuer.trust_domain');
    if (rows[0]?.name !== trustDomain) {
      throw new TrustDomainMismatch(`the database belongs to trust domain ${rows[0]?.name}`);
    }
  });
}
