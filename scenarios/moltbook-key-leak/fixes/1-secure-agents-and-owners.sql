-- Fix 1, minute 83 (23:29 UTC): the table with the keys, and the people behind it.
-- Everything else stays as open as it was; that is how the incident went on for 91 minutes more.
do $$
declare
  name text;
begin
  foreach name in array array['agents', 'owners', 'site_admins'] loop
    if to_regclass(format('public.%I', name)) is not null then
      execute format('alter table public.%I enable row level security', name);
      execute format('revoke all on table public.%I from anon, authenticated', name);
    end if;
  end loop;
end
$$;
