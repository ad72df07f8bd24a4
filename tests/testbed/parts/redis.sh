# Debian's Redis 7, on loopback, with its files in a folder of its own.

up_redis() {
  need_packages redis-server
  local port
  if running redis; then
    port=$(<"$run/redis.port")
  else
    port=$(free_port 16389)
    say "starting Redis on port $port"
    rm -rf "$run/redis"
    mkdir -p "$run/redis"
    start_daemon redis redis-server --bind 127.0.0.1 --port "$port" \
      --dir "$run/redis" --save '' --appendonly no --databases 64
    echo "$port" >"$run/redis.port"
  fi
  await 20 redis redis-cli -p "$port" ping
  publish redis "ETCDPANEL_TEST_REDIS_URL=redis://127.0.0.1:$port/0"
}

down_redis() {
  withdraw redis
  stop_daemon redis
  rm -rf "$run/redis" "$run/redis.port"
}
