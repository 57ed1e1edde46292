#!/usr/bin/env bash
# Hands the superuser's password to the image's own entrypoint, which needs it for an empty data folder and
# never again. It comes from a file, so that no container's description holds it.
set -euo pipefail

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  POSTGRES_PASSWORD=$(cat /run/secrets/superuser)
  export POSTGRES_PASSWORD
fi
exec docker-entrypoint.sh postgres "$@"
