# Base images of the Compose stack on the old engine: Debian with Python, and on it Redis
# and PostgreSQL, used like the official images of these names.

base_reference=etcdpanel/base:bookworm
base_packages=ca-certificates,python3,python3-venv,python3-pip,python-is-python3
machine_authorities=/etc/ssl/certs/ca-certificates.crt

up_base() {
  need engine-old
  import_base
  build_on_base redis:7 "$here/images/redis"
  build_on_base postgres:15 "$here/images/postgres"
}

import_base() {
  need_packages debootstrap ca-certificates
  local stamp root
  stamp=$(fingerprint "${BASH_SOURCE[0]}" "$machine_authorities")
  [ "$(image_stamp "$base_reference")" = "$stamp" ] && return
  say "building $base_reference"
  root=$(mktemp -d /var/tmp/etcdpanel-testbed-base.XXXXXX)
  # shellcheck disable=SC2046 # no mirror known: debootstrap has a default
  debootstrap --variant=minbase --include="$base_packages" bookworm "$root" $(debian_mirror) \
    >"$bed/log/debootstrap.log" 2>&1 ||
    die "debootstrap failed: $(tail -n 5 "$bed/log/debootstrap.log")"
  # What this machine trusts, a build on it must trust too.
  cp "$machine_authorities" "$root$machine_authorities"
  tar --create --directory "$root" --exclude './dev/*' --exclude './var/cache/apt/*' \
    --exclude './var/lib/apt/lists/*' . |
    old_docker import --change "LABEL testbed.stamp=$stamp" \
      --change "ENV PIP_CERT=$machine_authorities" --change 'CMD ["python3"]' \
      - "$base_reference" >/dev/null
  rm -rf "$root"
}

debian_mirror() { # the one this machine uses, or nothing
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | sed -n 1p
}

build_on_base() { # reference, folder of its Dockerfile
  local stamp
  stamp=$(fingerprint "$2"/* "$(image_stamp "$base_reference")")
  [ "$(image_stamp "$1")" = "$stamp" ] && return
  say "building $1"
  DOCKER_BUILDKIT=0 old_docker build --network host --tag "$1" --label "testbed.stamp=$stamp" \
    --build-arg "BASE_IMAGE=$base_reference" "$2" >"$bed/log/image-${1%%:*}.log" 2>&1 ||
    die "building $1 failed: $(tail -n 5 "$bed/log/image-${1%%:*}.log")"
}
