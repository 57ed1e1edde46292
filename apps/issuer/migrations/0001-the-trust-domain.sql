-- `if not exists`: the first issuers made these tables without writing it down.
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
  activated_at timestamptz
);
create table if not exists issuer.join_tokens (
  token_hash bytea primary key,
  node text not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
