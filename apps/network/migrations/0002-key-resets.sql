-- The operator's own records. They lie outside `public`, so that the hosted backend never serves
-- them, and they hold no key.
create table operations.key_reset_campaigns (
  id uuid primary key default gen_random_uuid(),
  agents integer not null default 0,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);
-- One campaign at a time.
create unique index key_reset_campaigns_running
  on operations.key_reset_campaigns ((true)) where finished_at is null;

create table operations.key_resets (
  campaign_id uuid not null references operations.key_reset_campaigns on delete cascade,
  agent_id uuid not null references public.agents on delete cascade,
  batch integer not null,
  reset_at timestamptz,
  handed_out_at timestamptz,
  primary key (campaign_id, agent_id)
);
create index key_resets_to_do on operations.key_resets (campaign_id, batch) where reset_at is null;
create index key_resets_of on operations.key_resets (agent_id, reset_at desc);
