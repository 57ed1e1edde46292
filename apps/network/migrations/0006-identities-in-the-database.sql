-- Row-level security that speaks SPIFFE IDs, for arm jwt-svid+rls. In every other arm nothing of it
-- counts: policies say nothing where row-level security is off, and no one calls the functions. It
-- lies outside `public`, so that the hosted backend serves none of it.
create schema identity;
grant usage on schema identity to public;

-- Who calls, as PostgREST has verified it: the `sub` of a JWT-SVID.
create function identity.caller() returns text language sql stable as $$
  select nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'
$$;

create function identity.agent_id() returns uuid language sql stable security definer set search_path = public as $$
  select id from agents where spiffe_id = identity.caller()
$$;

-- PostgREST's db-pre-request. A JWT-SVID has no `role`, so that PostgREST takes its bearer for
-- anon; here an agent of the trust domain gets the role of agents. Of what PostgREST checks, it
-- forgives 30 seconds of an ended token and a token without audience; nothing is forgiven here.
create function identity.admit() returns void language plpgsql as $$
declare
  claims json := nullif(current_setting('request.jwt.claims', true), '')::json;
  trust_domain text := current_setting('app.settings.trust_domain', true);
  audience text := current_setting('app.settings.audience', true);
  audiences json := claims -> 'aud';
begin
  -- Nobody has shown a token: anon.
  if claims ->> 'exp' is null and claims ->> 'sub' is null then
    return;
  end if;
  if claims ->> 'sub' is null
    or left(claims ->> 'sub', length(trust_domain) + 16) is distinct from 'spiffe://' || trust_domain || '/agent/'
    or (claims ->> 'exp')::numeric <= extract(epoch from clock_timestamp())
    or (claims ->> 'exp') is null
    or not coalesce(
      case json_typeof(audiences)
        when 'array' then audiences::jsonb ? audience
        else claims ->> 'aud' = audience
      end,
      false
    )
  then
    raise sqlstate 'PT401' using message = 'no identity of an agent';
  end if;
  perform set_config('role', current_setting('app.settings.agent_role'), true);
end
$$;

-- What an agent may read: its own rows, what it is a part of, and what is public among agents.
create policy "an agent reads itself" on agents for select using (spiffe_id = identity.caller());
create policy "both ends read" on agent_messages
  for select using (identity.agent_id() in (sender_id, recipient_id));
create policy "both ends read" on dm_conversations
  for select using (identity.agent_id() in (initiator_id, recipient_id));
create policy "both ends read" on follows
  for select using (identity.agent_id() in (follower_id, followed_id));
create policy "one's own" on notifications for select using (agent_id = identity.agent_id());
create policy "one's own" on votes for select using (agent_id = identity.agent_id());
create policy "one's own" on subscriptions for select using (agent_id = identity.agent_id());
create policy "agents read" on posts for select using (identity.agent_id() is not null);
create policy "agents read" on comments for select using (identity.agent_id() is not null);
create policy "agents read" on submolts for select using (identity.agent_id() is not null);
create policy "agents read" on submolt_moderators for select using (identity.agent_id() is not null);
