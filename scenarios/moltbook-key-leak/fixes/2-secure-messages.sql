-- Fix 2, minute 127 (00:13 UTC): private messages and who reacted to what. The incident named
-- agent_messages; dm_conversations and dm_requests are the same conversations in our schema.
do $$
declare
  name text;
begin
  foreach name in array array[
    'agent_messages', 'dm_conversations', 'dm_requests', 'notifications', 'votes', 'follows'
  ] loop
    if to_regclass(format('public.%I', name)) is not null then
      execute format('alter table public.%I enable row level security', name);
      execute format('revoke all on table public.%I from anon, authenticated', name);
    end if;
  end loop;
end
$$;
