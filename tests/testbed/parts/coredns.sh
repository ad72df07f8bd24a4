# CoreDNS, and its image on both engines under the official one's reference and in its
# shape: one program that is marked with the capability to listen on port 53, run by
# another user than root, no shell.

coredns_repository=coredns/coredns

up_coredns() {
  local source=$here/coredns module=github.com/coredns/coredns version
  version=$(pinned "$source" "$module")
  go_build "$source" "$bed/bin/coredns/$version" "coredns=$module"
  need engine-old
  coredns_image "$coredns_repository:$version" "$bed/bin/coredns/$version/coredns"
  need engine-new
  copy_images "$coredns_repository:$version"
}

coredns_image() { # reference, program
  need_packages libcap2-bin
  local box stamp
  stamp=$(fingerprint "$here/images/coredns"/* "$2" "${BASH_SOURCE[0]}")
  [ "$(image_stamp "$1")" = "$stamp" ] && return
  say "building $1"
  box=$(mktemp -d)
  install -D -m 644 --target-directory "$box/etc" "$here/images/coredns"/*
  install -d -m 1777 "$box/tmp"
  install -m 755 "$2" "$box/coredns"
  setcap cap_net_bind_service=+ep "$box/coredns"
  chmod 755 "$box" "$box/etc"
  # Not by a Dockerfile: the old engine's builder loses the mark.
  tar --create --directory "$box" --xattrs --xattrs-include='security.capability' . |
    old_docker import --change "LABEL testbed.stamp=$stamp" \
      --change 'USER nonroot:nonroot' --change 'WORKDIR /' --change 'EXPOSE 53 53/udp' \
      --change 'ENTRYPOINT ["/coredns"]' - "$1" >/dev/null
  rm -rf "$box"
}
