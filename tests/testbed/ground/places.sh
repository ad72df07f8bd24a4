# Where the test bed keeps its things, and how it speaks. Sourced by all.sh.

repo=$(cd "$here/../.." && pwd)

bed=${ETCDPANEL_TESTBED:-$HOME/.cache/etcdpanel-testbed}  # binaries, images, logs
run=${ETCDPANEL_TESTBED_RUN:-/run/etcdpanel-testbed}      # sockets and pid files

say() { printf '%(%H:%M:%S)T testbed %s\n' -1 "$*" >&2; }
die() {
  say "ERROR $*"
  exit 1
}

# Facts that tests need (`tests/parts.py` reads them) stand in $bed/env, one NAME=value
# a line. Each part keeps its own lines in $bed/facts/PART, so that parts that come up
# side by side do not overwrite one another.
publish() { # part, lines…
  local part=$1
  shift
  mkdir -p "$bed/facts"
  (
    flock 8
    printf '%s\n' "$@" >"$bed/facts/$part"
    write_env
  ) 8>"$bed/facts.lock"
}

withdraw() { # part
  (
    flock 8
    rm -f "$bed/facts/$1"
    write_env
  ) 8>"$bed/facts.lock"
}

write_env() {
  cat "$bed"/facts/* >"$bed/env.new" 2>/dev/null || true
  mv "$bed/env.new" "$bed/env"
}
