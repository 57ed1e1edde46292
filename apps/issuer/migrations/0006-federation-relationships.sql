-- The bundle known so far stays in issuer.federated_bundles, where the release before this one, which may run
-- beside it, reads it.
create table if not exists issuer.federation_relationships (
  trust_domain text primary key,
  url text not null,
  profile text not null check (profile in ('https_web', 'https_spiffe')),
  endpoint_spiffe_id text,
  web_authorities text,
  -- Another one with each order of the operator: what was asked under an older one is not written down.
  revision uuid not null default gen_random_uuid(),
  -- By the database's clock, which all issuers share. Whoever polls moves it on first, so that nobody else does.
  next_poll_at timestamptz not null default clock_timestamp(),
  failures integer not null default 0,
  failure text,
  last_success_at timestamptz,
  last_failure_at timestamptz
);
