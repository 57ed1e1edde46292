#!/usr/bin/env bash
# Makes the databases of one world, as Supabase would hand them over, and the roles where they are missing:
#   docker compose exec -T postgres bash /opt/blastradius/create-world.sh _2
# makes moltbook_static_key_2, moltbook_x509_svid_2 and issuer_2; without a suffix the platform's own.
# Passwords come from the secrets' volume, and psql reads them itself: none stands on a command line.
set -euo pipefail

suffix=${1-}
if [[ ! $suffix =~ ^[a-z0-9_]{0,32}$ ]]; then
  echo "create-world: '$suffix' is no suffix: up to 32 of a-z, 0-9 and _" >&2
  exit 2
fi

sql() { # sql DATABASE, statements on stdin
  psql --host /var/run/postgresql --username postgres --dbname "$1" --no-psqlrc --quiet --set ON_ERROR_STOP=1
}

# Roles belong to the server. A password is set anew each time: the secrets' volume decides.
login_role() { # login_role NAME
  cat <<SQL
\\set password \`cat /run/secrets/$1\`
select 'create role $1 login noinherit' where not exists (select from pg_roles where rolname = '$1') \\gexec
alter role $1 password :'password';
SQL
}

database() { # database NAME OWNER
  cat <<SQL
select 'create database $1 owner $2' where not exists (select from pg_database where datname = '$1') \\gexec
revoke connect, temporary on database $1 from public;
SQL
}

for role in anon authenticated; do
  echo "select 'create role $role nologin' where not exists (select from pg_roles where rolname = '$role') \\gexec"
done | sql postgres
echo "select 'create role service_role nologin bypassrls' where not exists (select from pg_roles where rolname = 'service_role') \\gexec" |
  sql postgres

{ login_role issuer; database "issuer$suffix" issuer; } | sql postgres

for arm in static_key x509_svid; do
  owner=network_$arm authenticator=authenticator_$arm name=moltbook_$arm$suffix
  {
    login_role "$owner"
    login_role "$authenticator"
    echo "grant anon, authenticated, service_role to $authenticator;"
    database "$name" "$owner"
    echo "grant connect on database $name to $authenticator;"
  } | sql postgres
  # Supabase's defaults, row-level security off: this is the hole.
  sql "$name" <<SQL
grant usage on schema public to anon, authenticated, service_role;
alter default privileges for role $owner in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges for role $owner in schema public grant all on sequences to anon, authenticated, service_role;
alter schema public owner to $owner;
SQL
done
