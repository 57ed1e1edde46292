-- What the operator has revoked. It outlives the network's process: one that is started anew refuses
-- the same. A serial is that of one X509-SVID; an identity's entry ends all SVIDs of it up to a moment.
create table operations.revoked_serials (
  serial text primary key,
  reason text not null,
  revoked_at timestamptz not null default now()
);

create table operations.revoked_identities (
  spiffe_id text primary key,
  issued_before timestamptz not null,
  reason text not null,
  revoked_at timestamptz not null default now()
);
