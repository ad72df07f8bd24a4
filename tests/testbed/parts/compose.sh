# Docker Compose, one program that runs alone, at $bed/bin/docker-compose.

up_compose() {
  local source=$here/compose module=github.com/docker/compose/v5
  go_ldflags="-X $module/internal.Version=v$(pinned "$source" "$module")" \
    go_build "$source" "$bed/bin/compose" "docker-compose=$module/cmd"
  ln -sf compose/docker-compose "$bed/bin/docker-compose"
}
