-- Arm `scoped-key`: `api_key` reads, and this one writes. Null in every other arm. It lies beside the first,
-- as it would: who reads the table has both.
alter table agents add column write_key text;
create unique index agents_write_key on agents (write_key) where write_key is not null;
