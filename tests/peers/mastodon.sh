#!/bin/bash
# A Mastodon API that keeps state and can be told to fail (mastodon-mock, from PyPI) on loopback: `mastodon.sh` starts
# it and prints its address; `mastodon.sh stop` ends it. Tokens: tok_mod (an admin), tok_alice, tok_acme, tok_troll.
. "$(dirname "$0")/lib.sh"
PORT=${HUBBUB_MASTODON_PORT:-8099}
alone

if [ "${1:-start}" = stop ]; then
  stop mastodon
  exit 0
fi

if [ ! -x "$P/mastodon/bin/mastodon_mock" ]; then
  apt_need python3-venv curl
  python3 -m venv "$P/mastodon"
  "$P/mastodon/bin/pip" install -q --disable-pip-version-check mastodon-mock==0.6.1 >"$P/mastodon-install.log" 2>&1 ||
    { tail -5 "$P/mastodon-install.log" >&2; exit 3; }
fi
cat >"$P/mastodon.toml" <<T
[auth]
enforce_scopes = true
[streaming]
heartbeat_seconds = 1.0
[[seed.accounts]]
username = "mod"
role = "admin"
access_token = "tok_mod"
[[seed.accounts]]
username = "acme"
access_token = "tok_acme"
[[seed.accounts]]
username = "alice"
access_token = "tok_alice"
[[seed.accounts]]
username = "troll"
access_token = "tok_troll"
T
running mastodon || start mastodon "$P/mastodon/bin/mastodon_mock" serve --in-memory --config "$P/mastodon.toml" --port "$PORT"
wait_for "curl -sf http://127.0.0.1:$PORT/api/v1/streaming/health"
echo "http://127.0.0.1:$PORT"
