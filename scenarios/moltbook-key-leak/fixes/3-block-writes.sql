-- Fix 3, minute 158 (00:44 UTC): every table that is still open may be read and no longer written.
-- A write that row-level security blocks answers 204 and changes nothing, as one that works does:
-- only a second look at the row tells them apart.
do $$
declare
  name text;
begin
  for name in select tablename from pg_tables where schemaname = 'public' and not rowsecurity loop
    execute format('alter table public.%I enable row level security', name);
    execute format('drop policy if exists "anyone may read" on public.%I', name);
    execute format('create policy "anyone may read" on public.%I for select using (true)', name);
  end loop;
end
$$;
