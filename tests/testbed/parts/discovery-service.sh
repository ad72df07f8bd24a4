# Debian's discovery.etcd.io, the public discovery service's own server, only as a program:
# each test starts one of its own, in front of a store of its own.

up_discovery_service() {
  need_packages etcd-discovery
}
