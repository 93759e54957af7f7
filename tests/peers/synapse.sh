#!/bin/bash
# A real Matrix homeserver (Synapse) on loopback, from PyPI: `synapse.sh` starts it and prints its address;
# `synapse.sh stop` ends it. Accounts are registered by the shared secret "peers".
. "$(dirname "$0")/lib.sh"
PORT=${HUBBUB_SYNAPSE_PORT:-8098}
RUN="$P/synapse_run"
alone

if [ "${1:-start}" = stop ]; then
  stop synapse
  exit 0
fi

apt_need python3-venv curl
if ! "$P/synapse_venv/bin/python" -c 'import synapse' 2>/dev/null; then
  python3 -m venv "$P/synapse_venv"
  "$P/synapse_venv/bin/pip" install -q --disable-pip-version-check matrix-synapse==1.163.2 >"$P/synapse-install.log" 2>&1 ||
    { tail -5 "$P/synapse-install.log" >&2; exit 3; }
fi
mkdir -p "$RUN"
cd "$RUN"
[ -f homeserver.yaml ] || "$P/synapse_venv/bin/python" -m synapse.app.homeserver --server-name localhost \
  --config-path homeserver.yaml --generate-config --report-stats=no >"$P/synapse-config.log" 2>&1
big='{per_second: 1000, burst_count: 1000}'
cat >peer.yaml <<Y
listeners: [{port: $PORT, type: http, tls: false, bind_addresses: ['127.0.0.1'], resources: [{names: [client], compress: false}]}]
database: {name: sqlite3, args: {database: $RUN/homeserver.db}}
registration_shared_secret: peers
trusted_key_servers: []
rc_message: $big
rc_registration: $big
rc_room_creation: $big
rc_admin_redaction: $big
rc_reports: $big
rc_login: {address: $big, account: $big, failed_attempts: $big}
rc_joins: {local: $big}
rc_invites: {per_room: $big, per_user: $big, per_issuer: $big}
Y
running synapse || start synapse "$P/synapse_venv/bin/python" -m synapse.app.homeserver -c homeserver.yaml -c peer.yaml
wait_for "curl -sf http://127.0.0.1:$PORT/_matrix/client/versions"
echo "http://127.0.0.1:$PORT"
