-- The whole schema at once: here the fix is not what is studied, and Moltbook's four steps would
-- only stretch the time.
do $$
declare
  name text;
begin
  for name in select tablename from pg_tables where schemaname = 'public' loop
    execute format('alter table public.%I enable row level security', name);
  end loop;
  -- Tables to come: whoever creates them had granted them to anon by default.
  for name in
    select distinct defaclrole::regrole::text from pg_default_acl
    where defaclnamespace = 'public'::regnamespace and defaclobjtype = 'r'
  loop
    execute format(
      'alter default privileges for role %s in schema public revoke all on tables from anon, authenticated',
      name
    );
  end loop;
end
$$;

revoke all on all tables in schema public from anon, authenticated;
