#!/bin/bash
# A real Isso on loopback, from PyPI, with a site of two pages: `isso.sh` starts it and prints its address and the
# site's; `isso.sh stop` ends both. The admin password is "adminpw"; comments of visitors wait for approval.
. "$(dirname "$0")/lib.sh"
PORT=${HUBBUB_ISSO_PORT:-8097}
SITE_PORT=${HUBBUB_ISSO_SITE_PORT:-8095}
alone

if [ "${1:-start}" = stop ]; then
  stop isso
  stop isso_site
  exit 0
fi

apt_need python3-venv curl
if ! "$P/isso_venv/bin/python" -c 'import isso' 2>/dev/null; then
  python3 -m venv "$P/isso_venv"
  "$P/isso_venv/bin/pip" install -q --disable-pip-version-check isso==0.14.0 >"$P/isso-install.log" 2>&1 ||
    { tail -5 "$P/isso-install.log" >&2; exit 3; }
fi
mkdir -p "$P/isso/site"
for page in cakes bread; do
  echo "<html><head><title>About $page</title></head><body><section id=isso-thread data-title='About $page'>" \
    "</section></body></html>" >"$P/isso/site/$page.html"
done
cat >"$P/isso/isso.cfg" <<C
[general]
dbpath = $P/isso/comments.db
host = http://127.0.0.1:$SITE_PORT/
latest-enabled = true
max-age = 15m
[server]
listen = http://127.0.0.1:$PORT
[moderation]
enabled = true
[guard]
enabled = true
ratelimit = 100000
direct-reply = 100000
reply-to-self = true
[admin]
enabled = true
password = adminpw
C
running isso_site || start isso_site python3 -m http.server -b 127.0.0.1 -d "$P/isso/site" "$SITE_PORT"
wait_for "curl -sf http://127.0.0.1:$SITE_PORT/cakes.html"
running isso || start isso "$P/isso_venv/bin/isso" -c "$P/isso/isso.cfg" run
wait_for "curl -s http://127.0.0.1:$PORT/admin/"
echo "http://127.0.0.1:$PORT http://127.0.0.1:$SITE_PORT $P/isso/comments.db"
