#!/bin/bash
# A real mail server on loopback: Debian's Dovecot (IMAP and LMTP) and aiosmtpd from PyPI (SMTP), which hands on what it
# takes. `mail.sh` starts both and prints "IMAP-port SMTP-port LMTP-port folder"; `mail.sh stop` ends them. Every address is a
# mailbox, with the password "pw".
. "$(dirname "$0")/lib.sh"
HERE=$(cd "$(dirname "$0")" && pwd)
IMAP=${HUBBUB_IMAP_PORT:-10143}
LMTP=${HUBBUB_LMTP_PORT:-10024}
SMTP=${HUBBUB_SMTP_PORT:-10025}
RUN="$P/mail"
alone

if [ "${1:-start}" = stop ]; then
  stop smtp
  stop dovecot
  exit 0
fi

apt_need dovecot-imapd dovecot-lmtpd python3-venv
if ! "$P/smtp_venv/bin/python" -c 'import aiosmtpd' 2>/dev/null; then
  python3 -m venv "$P/smtp_venv"
  "$P/smtp_venv/bin/pip" install -q --disable-pip-version-check aiosmtpd==1.4.6 >"$P/smtp-install.log" 2>&1 ||
    { tail -5 "$P/smtp-install.log" >&2; exit 3; }
fi
owner=$([ "$(id -u)" = 0 ] && echo nobody || id -un)
group=$([ "$(id -u)" = 0 ] && echo nogroup || id -gn)
mkdir -p "$RUN/home"
[ "$(id -u)" = 0 ] && chown nobody:nogroup "$RUN/home"
cat >"$RUN/dovecot.conf" <<C
base_dir = $RUN/run
state_dir = $RUN/state
log_path = $RUN/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:$RUN/home/%u
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 100
default_vsz_limit = 0
namespace inbox {
  inbox = yes
  mailbox Junk {
    auto = create
    special_use = \Junk
  }
  mailbox Trash {
    auto = create
    special_use = \Trash
  }
  mailbox Sent {
    auto = create
    special_use = \Sent
  }
}
passdb {
  driver = static
  args = password=pw
}
userdb {
  driver = static
  args = uid=$owner gid=$group home=$RUN/home/%u
}
service imap-login {
  inet_listener imap {
    port = $IMAP
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = $LMTP
  }
}
C
running dovecot || start dovecot dovecot -F -c "$RUN/dovecot.conf"
running smtp || start smtp "$P/smtp_venv/bin/python" "$HERE/mail/smtp.py" "$SMTP" "$LMTP" "$RUN"
for port in "$IMAP" "$LMTP" "$SMTP"; do
  wait_for "python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", $port), 1).close()'"
done
echo "$IMAP $SMTP $LMTP $RUN"
