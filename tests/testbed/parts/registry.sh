# Debian's image registry, only as a program: each test starts one of its own.

up_registry() {
  need_packages docker-registry
}
