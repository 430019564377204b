# The append-only files of the two stores: copying, rewriting, loading them to see that they are whole. Sourced after the other files of lib.

STORES=(records trust)

# info STORE FIELD: one line of INFO persistence.
redis_info() { redis_admin "$1" info persistence | tr -d '\r' | sed -n "s/^$2://p"; }

keeper() {
  local binary
  binary=$(find "$BROBYGGER_BUILD" -maxdepth 4 -name brobygger-keeper -type f -print -quit)
  [ -n "$binary" ] || die "brobygger-keeper is not built in $BROBYGGER_BUILD"
  "$binary" "$@"
}

# Waits until no rewrite is under way or asked for.
aof_quiet() {
  local store=$1 until=$((SECONDS + 600))
  while [ "$(redis_info "$store" aof_rewrite_in_progress)$(redis_info "$store" aof_rewrite_scheduled)" != 00 ]; do
    [ $SECONDS -lt $until ] || die "Redis ($store) does not end its rewrite"
    sleep 0.1
  done
}

# The files that the manifest names; there are others only while Redis deletes what it has replaced.
aof_named() { cut -d' ' -f2 "$1"/appendonlydir/*.manifest | sort; }
aof_there() { (cd "$1/appendonlydir" && find . -type f ! -name '*.manifest' -printf '%P\n') | sort; }

# aof_rewrite STORE: the files hold what the store holds and nothing else when it returns.
aof_rewrite() {
  local store=$1 data until
  data=$(redis_dir "$store")/data
  aof_quiet "$store"
  redis_admin "$store" bgrewriteaof >/dev/null
  aof_quiet "$store"
  [ "$(redis_info "$store" aof_last_bgrewrite_status)" = ok ] || die "Redis ($store) could not rewrite its file"
  until=$((SECONDS + 60))
  while [ "$(aof_named "$data")" != "$(aof_there "$data")" ]; do
    [ $SECONDS -lt $until ] || die "Redis ($store) has not deleted its old files: $(aof_there "$data" | tr '\n' ' ')"
    sleep 0.1
  done
}

# aof_copy STORE DIR: a copy as Redis documents it. While no rewrite may begin no file is replaced, and what is copied of the file
# that grows is a beginning of it: the store as it was at one moment.
aof_copy() {
  local store=$1 to=$2 percentage code=0
  percentage=$(redis_admin "$store" config get auto-aof-rewrite-percentage | tail -n 1)
  redis_admin "$store" config set auto-aof-rewrite-percentage 0 >/dev/null
  aof_quiet "$store"
  mkdir -p "$to"
  cp -a "$(redis_dir "$store")/data/appendonlydir" "$to/" || code=$?
  redis_admin "$store" config set auto-aof-rewrite-percentage "$percentage" >/dev/null
  return "$code"
}

# aof_load DIR: takes off what was copied half of a transaction (aof_mend), starts a Redis on the copy that nobody can reach, and prints how many keys
# it holds. Ends with an error if it is no whole copy.
aof_load() {
  local dir=$1 socket keys pid i
  (aof_mend "$dir" 'the copy') >&2 || return 1
  socket=$(mktemp -u /tmp/brobygger-XXXXXX.sock)
  redis-server --port 0 --unixsocket "$socket" --unixsocketperm 700 --dir "$dir" --appendonly yes --save '' --aof-load-truncated no \
    --daemonize no --logfile "$dir/load.log" --auto-aof-rewrite-percentage 0 </dev/null >/dev/null 2>&1 9>&- &
  pid=$!
  for i in $(seq 6000); do
    kill -0 "$pid" 2>/dev/null || break
    [ "$(redis-cli -s "$socket" ping 2>/dev/null)" = PONG ] && break
    sleep 0.1
  done
  keys=$(redis-cli -s "$socket" dbsize 2>/dev/null) || keys=
  redis-cli -s "$socket" shutdown nosave >/dev/null 2>&1 || true
  wait "$pid" 2>/dev/null || true
  rm -f "$socket"
  if ! [[ $keys =~ ^[0-9]+$ ]]; then
    tail -n 5 "$dir/load.log" >&2
    return 1
  fi
  rm -f "$dir/load.log"
  echo "$keys"
}
