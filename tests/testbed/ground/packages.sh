# Debian packages: what is there already is not asked for again.

need_packages() {
  local missing
  read -ra missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "no apt-get: install by other means: ${missing[*]}"
  [ "$(id -u)" = 0 ] || die "not root: apt-get install ${missing[*]}"
  mkdir -p "$bed/log"
  (
    flock 8
    read -ra missing < <(missing_packages "$@") # another part may have brought some
    [ ${#missing[@]} -gt 0 ] || exit 0
    say "apt-get install ${missing[*]}"
    hold_services
    DEBIAN_FRONTEND=noninteractive apt-get install --yes \
      --no-install-recommends "${missing[@]}" >"$bed/log/apt.log" 2>&1 8>&- 9>&- ||
      die "apt-get install failed (stale lists? apt-get update): $(tail -n 5 "$bed/log/apt.log")"
  ) 8>"$bed/apt.lock"
}

# Debian starts a service when it is installed, unless this file says no.
hold_services() {
  local policy=/usr/sbin/policy-rc.d
  [ ! -e "$policy" ] || return 0
  # shellcheck disable=SC2064 # the name is known now
  trap "rm -f $policy" EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
}

missing_packages() {
  local name
  for name in "$@"; do
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] ||
      printf '%s ' "$name"
  done
  echo
}
