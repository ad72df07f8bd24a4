# The newest Docker Engine, built from its Go module, in a network namespace of its own:
# beside another engine it would fight over bridges and packet filter rules.

new_url=unix://$run/new/docker.sock
new_socket=$run/new/docker.sock
new_netns=${run##*/}-new
new_programs=$bed/bin/engine-new

up_engine_new() {
  need_packages docker.io iptables iproute2 # docker.io brings containerd
  build_engine_new
  if ! running engine-new; then
    make_netns
    mkdir -p "$run/new" "$bed/engine-new"
    echo '{}' >"$run/new/daemon.json"
    rm -f "$run/new/docker.pid" # of a dead one; its number may be taken by now
    say "starting the new engine"
    # `ip netns exec` would mount /sys anew, and the engine would find no cgroups.
    PATH=$new_programs:$PATH start_daemon engine-new \
      nsenter --net="/var/run/netns/$new_netns" \
      "$new_programs/dockerd" --config-file "$run/new/daemon.json" \
      --host "$new_url" --pidfile "$run/new/docker.pid" \
      --exec-root "$run/new/exec" --data-root "$bed/engine-new" \
      --userland-proxy-path "$new_programs/docker-proxy"
  fi
  await 60 engine-new new_api /_ping
  need images
  # shellcheck disable=SC2046 # one word an image
  copy_images $(etcd_references)
  publish engine-new "ETCDPANEL_TEST_ENGINE_NEW=$new_url" \
    "ETCDPANEL_TEST_ENGINE_NEW_NETNS=$new_netns"
}

build_engine_new() {
  need_packages gcc libc6-dev libseccomp-dev pkg-config
  local source=$here/engine-new/dockerd module=github.com/moby/moby/v2
  go_tags="exclude_graphdriver_btrfs exclude_graphdriver_zfs" \
    go_ldflags="-X $module/dockerversion.Version=$(pinned "$source" "$module")" \
    go_build "$source" "$new_programs" \
    "dockerd=$module/cmd/dockerd" \
    "docker-proxy=$module/cmd/docker-proxy"
  CGO_ENABLED=1 go_tags=seccomp \
    go_build "$here/engine-new/runc" "$new_programs" runc=github.com/opencontainers/runc
}

make_netns() {
  ip -n "$new_netns" link set lo up 2>/dev/null && return
  [ ! -e "/var/run/netns/$new_netns" ] || ip netns delete "$new_netns" # only its name is left
  ip netns add "$new_netns"
  ip -n "$new_netns" link set lo up
}

# Debian's client is too old for this engine, so curl asks it.
new_api() { curl --fail --silent --show-error --unix-socket "$new_socket" "http://engine$1" "${@:2}"; }

copy_images() { # references… of images on the old engine
  local reference missing=()
  for reference in "$@"; do
    [ "$(new_image_stamp "$reference")" = "$(image_stamp "$reference")" ] || missing+=("$reference")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "copying ${missing[*]} to the new engine"
  old_docker save "${missing[@]}" |
    new_api "/images/load?quiet=1" --request POST --header "Content-Type: application/x-tar" \
      --data-binary @- >"$bed/log/load.log"
}

new_image_stamp() { # reference
  new_api "/images/$1/json" 2>/dev/null | grep -o '"testbed.stamp":"[0-9a-f]*"' | cut -d'"' -f4 || true
}

down_engine_new() {
  withdraw engine-new
  stop_daemon engine-new
  [ ! -e "/var/run/netns/$new_netns" ] || ip netns delete "$new_netns"
}
