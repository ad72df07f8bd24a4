# Starts daemons that outlive the shell, and stops only those that were started here.
#
# A pid file holds the pid and the start time of the process: a pid alone may by now
# belong to a stranger.

started_at() { # pid -> clock ticks since boot, nothing when there is no such process
  local stat fields
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  read -ra fields <<<"${stat##*) }" # the name before it may hold blanks
  [ "${fields[0]}" != Z ] || return 1
  echo "${fields[19]}"
}

running() { # name
  local pid since
  read -r pid since 2>/dev/null <"$run/$1.pid" || return 1
  [ "$(started_at "$pid")" = "$since" ]
}

start_daemon() { # name, command…
  local name=$1 pid
  shift
  mkdir -p "$run" "$bed/log"
  # The locks of this script (8 and 9) must not live on in the daemon, and its temporary
  # folder goes before the daemon does.
  env -u TMPDIR setsid "$@" >"$bed/log/$name.log" 2>&1 </dev/null 8>&- 9>&- &
  pid=$!
  echo "$pid $(started_at "$pid")" >"$run/$name.pid"
  [ -z "${started_list:-}" ] || echo "$name" >>"$started_list"
}

await() { # seconds, daemon, probe…
  local deadline=$((SECONDS + $1)) name=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    running "$name" || die "$name ended: $(tail -n 5 "$bed/log/$name.log")"
    [ "$SECONDS" -lt "$deadline" ] || die "$name does not answer, see $bed/log/$name.log"
    sleep 0.1
  done
}

stop_daemon() { # name, signal
  local pid since
  if running "$1"; then
    read -r pid since <"$run/$1.pid"
    kill -"${2:-TERM}" "$pid"
    local deadline=$((SECONDS + 30))
    while running "$1"; do
      [ "$SECONDS" -lt "$deadline" ] || { kill -KILL "$pid" && break; }
      sleep 0.1
    done
    say "stopped $1 (pid $pid)"
  fi
  rm -f "$run/$1.pid"
}

free_port() { # first port to try -> the first odd one that nobody listens on
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 2)); done
  echo "$port"
}
