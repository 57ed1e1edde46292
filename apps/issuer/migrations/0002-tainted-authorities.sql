alter table issuer.authorities add column if not exists tainted_at timestamptz;
