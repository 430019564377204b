# Sourced by every script of deploy/local and by tests/run: where things are, and how progress is shown.
#
#   BROBYGGER_RUN        the instance's own directory (keys, certificates, data, logs); default deploy/local/run
#   BROBYGGER_PORT_BASE  first port of the instance; default 7100. Everything listens on 127.0.0.1:
#                        base+0… services, +100 health, +200 metrics, +1343 gateway (8443), +1344 login (8444)
#   BROBYGGER_BUILD      build tree; default build/release
#   BROBYGGER_DEMO       demo configuration; default deploy/local/demo
# Two instances with different run directories and port bases run side by side.

BROBYGGER_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
BROBYGGER_RUN=${BROBYGGER_RUN:-$BROBYGGER_ROOT/deploy/local/run}
BROBYGGER_PORT_BASE=${BROBYGGER_PORT_BASE:-7100}
BROBYGGER_BUILD=${BROBYGGER_BUILD:-$BROBYGGER_ROOT/build/release}
BROBYGGER_DEMO=${BROBYGGER_DEMO:-$BROBYGGER_ROOT/deploy/local/demo}
BROBYGGER_CACHE=${BROBYGGER_CACHE:-$BROBYGGER_ROOT/build/tools}
export BROBYGGER_ROOT BROBYGGER_RUN BROBYGGER_PORT_BASE BROBYGGER_BUILD BROBYGGER_DEMO BROBYGGER_CACHE

GATEWAY_PORT=$((BROBYGGER_PORT_BASE + 1343))
OIDC_PORT=$((BROBYGGER_PORT_BASE + 1344))

say() { printf '%s\n' "$*"; }
die() { printf '\nbrobygger: %s\n' "$*" >&2; exit 1; }

# The processes with gRPC, in the order in which they start; a process's place gives its port.
SERVICES=(consent dropin housing clinic)
port_of() {
  local i
  for i in "${!SERVICES[@]}"; do
    if [ "${SERVICES[$i]}" = "$1" ]; then echo $((BROBYGGER_PORT_BASE + i)); return; fi
  done
  case $1 in
    gateway) echo "$GATEWAY_PORT" ;;
    issuer) echo "$OIDC_PORT" ;;
    *) die "no such process: $1" ;;
  esac
}

# step "what" command…: runs it with its output in a log, shows the seconds that go by, and on failure the end of the log.
step() {
  local what=$1 log started pid code last='' shown=0; shift
  mkdir -p "$BROBYGGER_ROOT/build/log"
  log=$BROBYGGER_ROOT/build/log/$(printf '%s' "$what" | tr -c 'A-Za-z0-9' '-').log
  started=$SECONDS
  ("$@") >"$log" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if [ -t 1 ]; then
      last=$(tail -c 300 "$log" 2>/dev/null | tr '\r' '\n' | grep -v '^ *$' | tail -n 1 | cut -c1-60 | tr -cd '[:print:]') || true
      printf '\r\033[K  %s … %d s  %s' "$what" $((SECONDS - started)) "$last"
    elif [ $((SECONDS - started)) -ge $((shown + 20)) ]; then
      shown=$((SECONDS - started))
      last=$(tail -c 300 "$log" 2>/dev/null | tr '\r' '\n' | grep -v '^ *$' | tail -n 1 | cut -c1-90 | tr -cd '[:print:]') || true
      printf '  %s … %d s  %s\n' "$what" "$shown" "$last"
    fi
  done
  code=0; wait "$pid" || code=$?
  if [ -t 1 ]; then printf '\r\033[K'; fi
  if [ "$code" != 0 ]; then
    say "  $what: failed after $((SECONDS - started)) s. The end of $log:"
    tail -n 40 "$log" | sed 's/^/    /'
    return "$code"
  fi
  say "  $what: $((SECONDS - started)) s"
}

# write FILE: standard input into the file, mode 0600, at once; untouched if it holds the same already.
write() {
  local file=$1 new
  new=$(mktemp "$file.XXXXXX")
  cat >"$new"
  if cmp -s "$new" "$file"; then rm -f "$new"; return; fi
  chmod 600 "$new"
  mv -f "$new" "$file"
}
