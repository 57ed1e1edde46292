#!/usr/bin/env bash
# A health check: `ready.sh COMMAND ...`, or alone for one of our processes, which serves /readyz on loopback.
# It speaks HTTP from bash, because starting a Node for each look would cost more than most services do.
# The engine pays for each look itself (about 50 ms of CPU), so it looks often until the service is ready,
# and then seldom: a check of what was ready the last time begins by waiting.
set -u
was_ready=/tmp/was-ready

serves_readyz() {
  exec 3<>/dev/tcp/127.0.0.1/8081 && printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3 &&
    read -r _ status _ <&3 && [ "$status" = 200 ]
}

[ -e "$was_ready" ] && sleep 20
if [ $# = 0 ]; then serves_readyz 2>/dev/null; else "$@"; fi || { rm -f "$was_ready"; exit 1; }
: >"$was_ready"
