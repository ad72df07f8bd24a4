# Debian's Docker Engine (20.10, API 1.41), on a socket and in folders of its own.

old_url=unix://$run/old/docker.sock

up_engine_old() {
  need_packages docker.io iptables
  if ! running engine-old; then
    mkdir -p "$run/old" "$bed/engine-old"
    echo '{}' >"$run/old/daemon.json"
    rm -f "$run/old/docker.pid" # of a dead one; its number may be taken by now
    say "starting the old engine"
    start_daemon engine-old /usr/sbin/dockerd --config-file "$run/old/daemon.json" \
      --host "$old_url" --pidfile "$run/old/docker.pid" \
      --exec-root "$run/old/exec" --data-root "$bed/engine-old"
  fi
  await 60 engine-old curl --fail --silent --unix-socket "${old_url#unix://}" http://engine/_ping
  publish engine-old "ETCDPANEL_TEST_ENGINE_OLD=$old_url"
}

down_engine_old() {
  withdraw engine-old
  stop_daemon engine-old
}

old_docker() { DOCKER_CONTEXT='' DOCKER_HOST=$old_url docker "$@"; }
