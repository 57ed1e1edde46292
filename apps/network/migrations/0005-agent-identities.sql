-- Whoever remembers which agent an identity belongs to hears of it when that is no longer so.
create function operations.tell_identities_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('agent_identities', '');
  return null;
end $$;
create trigger agents_renamed after update of id, name, spiffe_id on agents
  for each row when ((old.id, old.name, old.spiffe_id) is distinct from (new.id, new.name, new.spiffe_id))
  execute function operations.tell_identities_changed();
create trigger agents_removed after delete or truncate on agents
  for each statement execute function operations.tell_identities_changed();
