# Starting and stopping the processes of an instance, in their order. Sourced after the other files of lib.

INSTANCE=(redis-records redis-trust issuer "${SERVICES[@]}" gateway)

binary_of() {
  case $1 in
    gateway) find "$BROBYGGER_BUILD" -maxdepth 3 -name brobygger-gateway -type f -print -quit ;;
    *) find "$BROBYGGER_BUILD" -maxdepth 3 -name "brobygger-$1" -type f -print -quit ;;
  esac
}

# Starts one process if it is not running as it should; does not wait for it.
instance_start() {
  local name=$1 binary dir
  case $name in
    redis-*)
      dir=$(redis_dir "${name#redis-}")
      if ! process_alive "$name"; then
        aof_sweep "$dir/data"
        aof_mend "$dir/data" "Redis (${name#redis-})"
      fi
      process_start "$name" "$(process_stamp "$dir/redis.conf")" redis-server "$dir/redis.conf"
      ;;
    issuer)
      process_start issuer "$(process_stamp "$BROBYGGER_ROOT"/deploy/local/oidc/*.mjs "$BROBYGGER_RUN/issuer/settings.json" "$BROBYGGER_DEMO/accounts.json")" \
        env NODE_NO_WARNINGS=1 node "$BROBYGGER_ROOT/deploy/local/oidc/issuer.mjs" "$BROBYGGER_RUN/issuer/settings.json"
      ;;
    *)
      binary=$(binary_of "$name")
      [ -n "$binary" ] || die "brobygger-$name is not built in $BROBYGGER_BUILD"
      process_start "$name" "$(process_stamp "$binary" "$CONFIG/$name.textproto" "$CONFIG/directory.textproto")" \
        "$binary" "$CONFIG/$name.textproto"
      ;;
  esac
}

# The address that says whether a process is healthy, for lib/health.mjs; a Redis answers for itself.
health_of() {
  case $1 in
    issuer) echo "https://localhost:$OIDC_PORT/health" ;;
    gateway) echo "http://127.0.0.1:$((BROBYGGER_PORT_BASE + 150))/healthz" ;;
    *) echo "grpc://127.0.0.1:$(($(port_of "$1") + 100))" ;;
  esac
}

# Waits until the named processes are healthy; ends with the log of the first that is not.
instance_wait() {
  local name targets=() failed
  for name in "$@"; do targets+=("$name=$(health_of "$name")=$(process_file "$name")"); done
  failed=$(node "$BROBYGGER_ROOT/deploy/local/lib/health.mjs" "$PKI/ca.pem" 120 "${targets[@]}") || {
    for name in $failed; do
      say "  $name is not healthy."
      process_show_end "$name"
    done
    die "not everything came up; logs are in $BROBYGGER_RUN/log"
  }
}

# For scripts that change an instance: one at a time.
instance_lock() {
  mkdir -p "$BROBYGGER_RUN"
  chmod 700 "$BROBYGGER_RUN"
  exec 9>"$BROBYGGER_RUN/lock"
  flock -w 600 9 || die "another up or down is at work on $BROBYGGER_RUN"
}
