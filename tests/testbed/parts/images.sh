# Images of etcd on the old engine, under the references of the official ones and of the
# same shape: nothing but the binaries (and what those load), no shell, no entry point.

images_repository=quay.io/coreos/etcd

up_images() {
  need etcd
  need engine-old
  local version
  for version in "${etcd_built[@]}" "$etcd_debian" "$etcd_python"; do
    etcd_image "$version" "$bed/bin/etcd/$version"
  done
}

etcd_image() { # version, folder of the binaries
  local reference=$images_repository:v$1 box stamp
  stamp=$(fingerprint "$here/images/etcd.Dockerfile" "$2/etcd" "$2/etcdctl")
  [ "$(image_stamp "$reference")" = "$stamp" ] && return
  box=$(mktemp -d)
  mkdir -p "$box/root/usr/local/bin" "$box/root/var/lib/etcd" "$box/root/tmp"
  cp "$2"/etcd* "$box/root/usr/local/bin/"
  copy_libraries "$box/root" "$2/etcd" "$2/etcdctl"
  build_image "$reference" "$stamp" "$here/images/etcd.Dockerfile" "$box"
}

build_image() { # reference, stamp, Dockerfile, folder with `root`, which goes
  say "building $1"
  chmod -R u=rwX,go=rX "$4/root"
  [ ! -e "$4/root/tmp" ] || chmod 1777 "$4/root/tmp"
  DOCKER_BUILDKIT=0 old_docker build --quiet --tag "$1" \
    --label "testbed.stamp=$2" --file "$3" "$4" >"$bed/log/image.log" 2>&1 ||
    die "building $1 failed: $(tail -n 5 "$bed/log/image.log")"
  rm -rf "$4"
}

copy_libraries() { # root, binaries…
  local file
  libraries_of "${@:2}" | while read -r file; do
    install -D -m 755 "$file" "$1$file"
  done
}

libraries_of() { # binaries… -> the files they load, the loader too
  local binary
  for binary in "$@"; do
    ldd "$binary" 2>/dev/null | grep -o '/[^ ]*' || true # static ones load none
  done | sort -u
}

etcd_references() { old_docker image ls --format '{{.Repository}}:{{.Tag}}' "$images_repository"; }

image_stamp() { # reference
  old_docker image inspect --format '{{index .Config.Labels "testbed.stamp"}}' "$1" 2>/dev/null || true
}
