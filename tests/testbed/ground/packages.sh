# Debian packages: what is there already is not asked for again.

need_packages() {
  local missing
  missing=$(missing_packages "$@")
  [ -z "$missing" ] && return
  [ "$(id -u)" = 0 ] || die "not root: install with apt-get:" $missing
  command -v apt-get >/dev/null || die "no apt-get: install by other means:" $missing
  mkdir -p "$bed/log"
  (
    flock 8
    missing=$(missing_packages "$@") # another part may have brought some meanwhile
    [ -n "$missing" ] || exit 0
    say "apt-get install" $missing
    # RUNLEVEL=1 keeps Debian from starting the services it installs.
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install --yes \
      --no-install-recommends $missing >"$bed/log/apt.log" 2>&1 8>&- 9>&- ||
      die "apt-get install failed (stale lists? apt-get update): $(tail -n 5 "$bed/log/apt.log")"
  ) 8>"$bed/apt.lock"
}

missing_packages() {
  local name
  for name in "$@"; do
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] ||
      printf '%s ' "$name"
  done
}
