#!/bin/bash
# A real Misago forum on loopback, from PyPI, on Debian's PostgreSQL: `misago.sh` starts it and prints its address and
# its scratch folder; `misago.sh stop` ends it. Members: mod (of the forum team), troll and alice, "Passw0rd!x" each.
. "$(dirname "$0")/lib.sh"
HERE=$(cd "$(dirname "$0")" && pwd)
PORT=${HUBBUB_MISAGO_PORT:-8094}
DB_PORT=${HUBBUB_MISAGO_DB_PORT:-5457}
RUN="$P/misago_run"
alone

as_db() { if [ "$(id -u)" = 0 ]; then su postgres -c "$*"; else sh -c "$*"; fi; }
bin() { ls -d /usr/lib/postgresql/*/bin | tail -1; }
if [ "${1:-start}" = stop ]; then
  stop misago
  as_db "$(bin)/pg_ctl -D $P/misago_pg/data -m fast stop" >/dev/null 2>&1 || true
  exit 0
fi

apt_need postgresql python3-venv curl
if [ ! -d "$P/misago_pg/data" ]; then
  mkdir -p "$P/misago_pg"
  [ "$(id -u)" = 0 ] && chown postgres "$P/misago_pg"
  as_db "$(bin)/initdb -D $P/misago_pg/data -A trust -U postgres -N" >"$P/misago-initdb.log" 2>&1
fi
as_db "$(bin)/pg_ctl -D $P/misago_pg/data status" >/dev/null 2>&1 ||
  as_db "$(bin)/pg_ctl -D $P/misago_pg/data -w -l $P/misago_pg/log -o '-p $DB_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories=$P/misago_pg -c fsync=off -c max_connections=100' start" >/dev/null 9>&-

if [ ! -x "$P/misago/bin/django-admin" ] || ! "$P/misago/bin/python" -c 'import misago' 2>/dev/null; then
  python3 -m venv "$P/misago"
  "$P/misago/bin/pip" install -q --disable-pip-version-check misago==0.39.6 >"$P/misago-install.log" 2>&1 ||
    { tail -5 "$P/misago-install.log" >&2; exit 3; }
fi
mkdir -p "$RUN"
cp "$HERE/misago/side.py" "$RUN/side.py"
cat >"$RUN/peer_settings.py" <<S
from devproject.settings import *
DATABASES['default'].update(NAME='misago', USER='postgres', PASSWORD='', HOST='127.0.0.1', PORT=$DB_PORT)
DEBUG = False
CELERY_TASK_ALWAYS_EAGER = True
MISAGO_AVATAR_GALLERY = None
MISAGO_ADDRESS = 'http://127.0.0.1:$PORT/'
STATIC_ROOT, MEDIA_ROOT = '$RUN/static', '$RUN/media'
MISAGO_USER_DATA_DOWNLOADS_WORKING_DIR = '$RUN/downloads'
S
export PYTHONPATH="$RUN" DJANGO_SETTINGS_MODULE=peer_settings
admin="$P/misago/bin/django-admin"
if [ ! -s "$RUN/installed" ]; then
  as_db "psql -q -h 127.0.0.1 -p $DB_PORT -U postgres -c 'create database misago'" >/dev/null
  "$admin" migrate -v0 >"$P/misago-migrate.log" 2>&1
  "$P/misago/bin/python" "$RUN/side.py" install >"$RUN/installed"
fi
running misago || start misago "$admin" runserver --noreload "127.0.0.1:$PORT"
wait_for "curl -sf http://127.0.0.1:$PORT/api/threads/"
echo "http://127.0.0.1:$PORT $P"
