-- The release before this one reads neither: it may run beside this one.
create table if not exists issuer.audit_keys (
  id uuid primary key,
  public_key bytea not null,
  wrapped_key bytea not null,
  created_at timestamptz not null
);
create table if not exists issuer.audit_checkpoints (
  log text not null,
  sequence bigint not null,
  hash text not null,
  at_ms bigint not null,
  public_key text not null,
  signature text not null,
  primary key (log, sequence)
);
