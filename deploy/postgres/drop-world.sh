#!/usr/bin/env bash
# Drops the databases that create-world.sh made with this suffix; the roles stay.
#   docker compose exec -T postgres bash /opt/blastradius/drop-world.sh _2
set -euo pipefail

suffix=${1-}
# The platform's own databases have no suffix, and go with their volume only.
if [[ ! $suffix =~ ^[a-z0-9_]{1,32}$ ]]; then
  echo "drop-world: '$suffix' is no suffix: 1 to 32 of a-z, 0-9 and _" >&2
  exit 2
fi
for name in "moltbook_static_key$suffix" "moltbook_x509_svid$suffix" "issuer$suffix"; do
  psql --host /var/run/postgresql --username postgres --dbname postgres --no-psqlrc --quiet \
    --set ON_ERROR_STOP=1 --command "drop database if exists $name with (force)"
done
