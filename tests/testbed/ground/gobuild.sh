# Builds Go programs at the versions that a committed go.mod and go.sum pin.

need_go() {
  command -v go >/dev/null ||
    die "the Go toolchain is missing: put \`go\` (>= 1.26) on PATH, $1 is built with it"
}

fingerprint() { # files and words… -> one hash of the contents and the words
  local item
  for item in "$@"; do
    if [ -f "$item" ]; then cat "$item"; else echo "$item"; fi
  done | sha256sum | cut -d' ' -f1
}

fresh() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; } # stamp, fingerprint

pinned() { # folder of go.mod, module -> its version, without the v
  awk -v module="$2" '$1 == module { print substr($2, 2) }' "$1/go.mod"
}

# CGO_ENABLED (0 unless set), go_tags and go_ldflags are the caller's.
go_build() { # folder of go.mod, folder of the programs, NAME=PACKAGE…
  local module=$1 out=$2 pair stamp built
  shift 2
  built=$out/.built-${1%%=*}
  stamp=$(fingerprint "$module/go.mod" "$module/go.sum" "$*" \
    "${go_tags:-}" "${go_ldflags:-}" "${CGO_ENABLED:-0}")
  if fresh "$built" "$stamp"; then return; fi
  need_go "${out##*/bin/}"
  say "building ${out##*/bin/}:" "${@%%=*}"
  mkdir -p "$out"
  for pair in "$@"; do
    (cd "$module" && CGO_ENABLED=${CGO_ENABLED:-0} GOFLAGS=-mod=readonly \
      go build -buildvcs=false -trimpath -ldflags "-s -w ${go_ldflags:-}" -tags "${go_tags:-}" \
      -o "$out/${pair%%=*}" "${pair#*=}") >"$bed/log/go-${pair%%=*}.log" 2>&1 ||
      die "go build ${pair#*=} failed: $(tail -n 5 "$bed/log/go-${pair%%=*}.log")"
  done
  echo "$stamp" >"$built"
}
