# Debian's dnsmasq, and an image of it on both engines: the name server that a person has
# already, beside the panel's own.

dnsmasq_reference=etcdpanel-test/dnsmasq:1

up_dnsmasq() {
  need_packages dnsmasq-base
  need engine-old
  dnsmasq_image "$dnsmasq_reference" /usr/sbin/dnsmasq
  need engine-new
  copy_images "$dnsmasq_reference"
}

dnsmasq_image() { # reference, program
  local recipe=$here/images/dnsmasq box stamp
  stamp=$(fingerprint "$recipe"/* "$2" "${BASH_SOURCE[0]}")
  [ "$(image_stamp "$1")" = "$stamp" ] && return
  box=$(mktemp -d)
  install -D -m 755 "$2" "$box/root/usr/sbin/dnsmasq"
  copy_libraries "$box/root" "$2"
  install -D -m 644 "$recipe/passwd" "$box/root/etc/passwd"
  build_image "$1" "$stamp" "$recipe/Dockerfile" "$box"
}
