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
  say "building $reference"
  box=$(mktemp -d)
  mkdir -p "$box/root/usr/local/bin" "$box/root/var/lib/etcd" "$box/root/tmp"
  cp "$2"/etcd* "$box/root/usr/local/bin/"
  libraries_of "$2/etcd" "$2/etcdctl" | while read -r file; do
    install -D -m 755 "$file" "$box/root$file"
  done
  chmod -R u=rwX,go=rX "$box/root"
  chmod 1777 "$box/root/tmp"
  DOCKER_BUILDKIT=0 old_docker build --quiet --tag "$reference" \
    --label "testbed.stamp=$stamp" --file "$here/images/etcd.Dockerfile" "$box" \
    >"$bed/log/image-etcd.log" 2>&1 ||
    die "building $reference failed: $(tail -n 5 "$bed/log/image-etcd.log")"
  rm -rf "$box"
}

libraries_of() { # binaries… -> the files they load, the loader too
  local binary
  for binary in "$@"; do
    ldd "$binary" 2>/dev/null | grep -o '/[^ ]*' || true # static ones load none
  done | sort -u
}

image_stamp() { # reference
  old_docker image inspect --format '{{index .Config.Labels "testbed.stamp"}}' "$1" 2>/dev/null || true
}
