-- Tables of their own: the release before this one, which may run beside it, knows nothing of them.
create table if not exists issuer.token_policies (
  single boolean primary key default true check (single),
  revision bigint not null default 0,
  policies jsonb not null default '[]'
);
insert into issuer.token_policies default values on conflict do nothing;
-- What was shown once to the token endpoint and must not be taken again: hashes, never tokens.
create table if not exists issuer.used_proofs (
  proof bytea primary key,
  expires_at timestamptz not null
);
create index if not exists used_proofs_expires_at on issuer.used_proofs (expires_at);
