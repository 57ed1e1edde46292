-- A rotation is a campaign that leaves the key before in force for a while. One of each kind at a time:
-- a reset in an emergency doesn't wait for a rotation, nor becomes one.
alter table operations.key_reset_campaigns
  add column kind text not null default 'reset' check (kind in ('reset', 'rotation')),
  add column overlap_seconds double precision not null default 0;
drop index operations.key_reset_campaigns_running;
create unique index key_reset_campaigns_running
  on operations.key_reset_campaigns (kind) where finished_at is null;

-- Keys that are still taken although there is a newer one; as hashes, out of the hosted backend's reach.
create table operations.previous_keys (
  agent_id uuid primary key references public.agents on delete cascade,
  key_hash text not null unique,
  ends_at timestamptz not null
);
