# Debian's PostgreSQL 15, on loopback, run by the user `postgres`, in a temporary folder.

postgres_programs=/usr/lib/postgresql/15/bin

up_postgres() {
  need_packages postgresql-15
  local port
  if running postgres; then
    port=$(<"$run/postgres.port")
  else
    port=$(free_port 15441)
    make_postgres
    say "starting PostgreSQL on port $port"
    start_daemon postgres "${as_postgres[@]}" "$postgres_programs/postgres" -D "$postgres_data" \
      -c listen_addresses=127.0.0.1 -c "port=$port" -c unix_socket_directories= \
      -c max_connections=200
    echo "$port" >"$run/postgres.port"
  fi
  await 30 postgres "$postgres_programs/pg_isready" --host 127.0.0.1 --port "$port"
  publish postgres \
    "ETCDPANEL_TEST_POSTGRES_URL=postgres://etcdpanel:etcdpanel@127.0.0.1:$port/postgres"
}

as_postgres=(setpriv --reuid postgres --regid postgres --init-groups)

make_postgres() { # sets postgres_data; what an earlier one left behind goes
  discard_postgres
  postgres_data=$(mktemp -d /var/tmp/etcdpanel-testbed-postgres.XXXXXX)
  echo "$postgres_data" >"$run/postgres.data"
  chown postgres: "$postgres_data"
  echo etcdpanel >"$postgres_data.password"
  "${as_postgres[@]}" "$postgres_programs/initdb" --pgdata "$postgres_data" \
    --username etcdpanel --pwfile "$postgres_data.password" --auth scram-sha-256 \
    --encoding UTF8 --locale C.UTF-8 >"$bed/log/initdb.log" 2>&1 ||
    die "initdb failed: $(tail -n 5 "$bed/log/initdb.log")"
  rm "$postgres_data.password"
}

discard_postgres() {
  local folder
  folder=$(cat "$run/postgres.data" 2>/dev/null || true)
  case $folder in /var/tmp/etcdpanel-testbed-postgres.*) rm -rf "$folder" ;; esac
  rm -f "$run/postgres.data" "$run/postgres.port"
}

down_postgres() {
  withdraw postgres
  stop_daemon postgres INT # fast: clients are sent away
  discard_postgres
}
