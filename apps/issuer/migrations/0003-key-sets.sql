-- A table of their own: the release before this one, which may run beside it, takes every row of
-- issuer.authorities for a CA.
create table if not exists issuer.token_authorities (
  id uuid primary key,
  kind text not null check (kind in ('jwt', 'wit')),
  public_key bytea not null,
  wrapped_key bytea,
  not_after timestamptz not null,
  prepared_at timestamptz not null,
  activated_at timestamptz,
  tainted_at timestamptz
);
create table if not exists issuer.federated_bundles (
  trust_domain text primary key,
  document text not null
);
