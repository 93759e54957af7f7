# What the scripts that start real servers share; sourced by them. Everything lies under $P, never in the repository.
set -euo pipefail
P=${P:-${TMPDIR:-/tmp}/hubbub-peers}
mkdir -p "$P"
chmod 755 "$P" # the database server runs as its own user and must pass through

# apt_need PACKAGE...: install what is missing; without root, say what to install.
apt_need() {
  local missing=()
  for package; do dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package"); done
  [ ${#missing[@]} -eq 0 ] && return
  [ "$(id -u)" = 0 ] || { echo "Missing: ${missing[*]}. Run as root: apt-get install --no-install-recommends ${missing[*]}" >&2; exit 3; }
  ( # one at a time, as scripts run beside each other
    flock 8
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$P/apt.log" 2>&1 ||
      { tail -5 "$P/apt.log" >&2; exit 3; }
  ) 8>"$P/apt.lock" || exit 3
}

# start NAME COMMAND...: run in the background as a process group of its own, so that `stop` ends just that one.
start() {
  local name=$1
  shift
  setsid "$@" >"$P/$name.log" 2>&1 </dev/null 9>&- &
  echo $! >"$P/$name.pid"
}

# running NAME: is the process that `start NAME` began still there?
running() { [ -s "$P/$1.pid" ] && kill -0 -- "-$(cat "$P/$1.pid")" 2>/dev/null; }

# stop NAME: end it and its children, wait until they are gone.
stop() {
  running "$1" || return 0
  local group
  group=$(cat "$P/$1.pid")
  kill -- "-$group" 2>/dev/null || true
  for _ in $(seq 100); do
    kill -0 -- "-$group" 2>/dev/null || break
    sleep .1
  done
  kill -9 -- "-$group" 2>/dev/null || true
  rm -f "$P/$1.pid"
}

# wait_for COMMAND: until it succeeds, a minute at most.
wait_for() {
  for _ in $(seq 240); do
    eval "$1" >/dev/null 2>&1 && return 0
    sleep .25
  done
  echo "Waited a minute in vain for: $1. The logs lie in $P" >&2
  return 1
}

# alone: one script of a name at a time; the lock ends with the script (see 9>&- in `start`).
alone() {
  exec 9>"$P/$(basename "$0").lock"
  flock 9
}
