#!/bin/bash
# A real WordPress on loopback, from Debian's packages: `wordpress.sh` starts it and prints "address user
# application-password folder" on one line; `wordpress.sh stop` ends it. Run while it runs, it only prints the line.
. "$(dirname "$0")/lib.sh"
HERE=$(cd "$(dirname "$0")" && pwd)
PORT=${HUBBUB_WORDPRESS_PORT:-8091}
DB="$P/mariadb"
alone

if [ "${1:-start}" = stop ]; then
  stop wordpress
  stop mariadb
  exit 0
fi

apt_need wordpress wordpress-theme-twentytwentyone mariadb-server php-cli php-mysql php-xml php-mbstring php-curl php-intl curl

as_db=$([ "$(id -u)" = 0 ] && echo mysql || id -un)
sql() { mariadb --no-defaults -S "$DB/socket" -u root "$@"; }
if ! running mariadb; then
  if [ ! -d "$DB/data/mysql" ]; then
    mkdir -p "$DB"
    [ "$(id -u)" = 0 ] && chown mysql "$DB"
    mariadb-install-db --no-defaults --datadir="$DB/data" --user="$as_db" \
      --auth-root-authentication-method=normal --skip-test-db >"$P/mariadb-install.log" 2>&1
  fi
  start mariadb "$(command -v mariadbd || echo /usr/sbin/mariadbd)" --no-defaults --user="$as_db" --datadir="$DB/data" \
    --socket="$DB/socket" --pid-file="$DB/pid" --skip-networking --innodb-flush-log-at-trx-commit=0 --skip-log-bin
  wait_for "mariadb-admin --no-defaults -S $DB/socket -u root ping"
  sql -e "create database if not exists wp; create user if not exists wp@localhost identified by 'wp'; grant all on wp.* to wp@localhost"
fi

THEME=wp-content/themes/twentytwentyone
if [ ! -f "$P/wp/wp-includes/version.php" ] || [ ! -f "$P/wp/$THEME/style.css" ]; then
  mkdir -p "$P/wp"
  cp -rL /usr/share/wordpress/. "$P/wp/" 2>"$P/wp-copy.log" || true # dangling links of Debian's own configuration
  [ -f "$P/wp/wp-includes/version.php" ] || { cat "$P/wp-copy.log" >&2; exit 3; }
fi
mkdir -p "$P/wp/wp-content/mu-plugins"
cat >"$P/wp/wp-config.php" <<PHP
<?php
define('DB_NAME', 'wp'); define('DB_USER', 'wp'); define('DB_PASSWORD', 'wp');
define('DB_HOST', 'localhost:$DB/socket'); define('DB_CHARSET', 'utf8mb4');
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as \$k) { define(\$k.'_KEY', 'peer-'.\$k); define(\$k.'_SALT', 'peer-s-'.\$k); }
define('WP_SITEURL', 'http://127.0.0.1:$PORT'); define('WP_HOME', 'http://127.0.0.1:$PORT');
define('WP_ENVIRONMENT_TYPE', 'local');   // application passwords are refused over plain HTTP elsewhere
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
\$table_prefix = 'wp_'; if (!defined('ABSPATH')) { define('ABSPATH', __DIR__.'/'); } require_once ABSPATH.'wp-settings.php';
PHP
cp "$HERE/wordpress/peer.php" "$P/wp/wp-content/mu-plugins/peer.php"
cp "$HERE/wordpress/router.php" "$HERE/wordpress/side.php" "$P/"

[ -s "$P/wordpress.password" ] || php "$P/side.php" install >"$P/wordpress.password"
if ! running wordpress; then
  PHP_CLI_SERVER_WORKERS=4 start wordpress php -S "127.0.0.1:$PORT" -t "$P/wp" "$P/router.php"
fi
wait_for "curl -sf http://127.0.0.1:$PORT/wp-json/"
echo "http://127.0.0.1:$PORT admin $(cat "$P/wordpress.password") $P"
