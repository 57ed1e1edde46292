-- A table of their own: the release before this one, which may run beside it, takes every row of
-- issuer.token_authorities for a key of the bundle.
create table if not exists issuer.access_token_authorities (
  id uuid primary key,
  public_key bytea not null,
  wrapped_key bytea,
  not_after timestamptz not null,
  prepared_at timestamptz not null,
  activated_at timestamptz,
  tainted_at timestamptz
);
-- Revocation moves a key here, so that no release shows it in a bundle any more. Its private key is gone.
create table if not exists issuer.revoked_authorities (
  id uuid primary key,
  kind text not null check (kind in ('x509', 'jwt', 'wit', 'access-token')),
  published bytea not null,
  not_after timestamptz not null,
  prepared_at timestamptz not null,
  activated_at timestamptz,
  tainted_at timestamptz,
  revoked_at timestamptz not null
);
-- Forced rotations that are under way or are over: any issuer goes on with what another one has left.
create table if not exists issuer.rotation_orders (
  id uuid primary key,
  ordered_by text not null,
  ordered_at timestamptz not null,
  activate_at timestamptz not null,
  authority_ids jsonb not null,
  phase text not null check (phase in ('publishing', 'done', 'undone')),
  finished_at timestamptz
);
