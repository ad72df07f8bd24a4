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
  local recipe=$here/images/coredns box stamp
  stamp=$(fingerprint "$recipe"/* "$2" "${BASH_SOURCE[0]}")
  [ "$(image_stamp "$1")" = "$stamp" ] && return
  box=$(mktemp -d)
  mkdir -p "$box/root/tmp"
  install -m 755 "$2" "$box/root/coredns"
  setcap cap_net_bind_service=+ep "$box/root/coredns"
  install -D -m 644 "$recipe/passwd" "$box/root/etc/passwd"
  install -D -m 644 "$recipe/group" "$box/root/etc/group"
  build_image "$1" "$stamp" "$recipe/Dockerfile" "$box"
}
