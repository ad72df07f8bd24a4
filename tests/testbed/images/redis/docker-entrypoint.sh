#!/bin/sh
# As the official image does: options alone are Redis's, and Redis does not run as root.
set -eu
case "${1:-}" in
  -* | *.conf) set -- redis-server "$@" ;;
esac
if [ "$1" = redis-server ]; then
  set -- "$@" --protected-mode no
  if [ "$(id -u)" = 0 ]; then
    chown -R redis: .
    set -- setpriv --reuid redis --regid redis --init-groups "$@"
  fi
fi
exec "$@"
