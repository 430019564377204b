# The two Redis servers of an instance: records (what the agencies keep) and trust (registry, consents, ledger). Sourced.
# By Unix socket only; every acknowledged write is on disk. A Redis that the machine may have on port 6379 is not touched.

redis_dir() { echo "$BROBYGGER_RUN/redis-$1"; }
redis_socket() { echo "$BROBYGGER_RUN/redis-$1/redis.sock"; }

# What a service may do: read, write and call functions on its own keys. No administration, no scripts of its own, nothing
# that names keys of others (SCAN and RANDOMKEY ignore key patterns).
SERVICE_RIGHTS='resetchannels -@all +@read +@write +@connection +@transaction +time -@dangerous -@scripting -scan -randomkey -dbsize -publish +fcall +fcall_ro +info +config|get'

# Users of each Redis: "name key-pattern…".
redis_users() {
  case $1 in
    records) printf '%s\n' 'consent consent:* registry:*' 'dropin dropin:*' 'housing housing:*' 'clinic clinic:*' 'gateway gateway:*' ;;
    trust) printf '%s\n' 'consent consent:* registry:* ledger:*' ;;
  esac
}

redis_password() {
  local file
  file=$(redis_dir "$1")/$2.password
  mkdir -p "$(redis_dir "$1")"
  if ! [ -s "$file" ]; then (umask 077 && openssl rand -hex 24 | tr -d '\n' >"$file"); fi
  cat "$file"
}

redis_hash() { printf '%s' "$1" | openssl dgst -sha256 -r | cut -d' ' -f1; }

# Writes redis.conf and users.acl. Values stand in the files as they are (rdbcompression no): they are sealed and would not get smaller,
# and whoever looks for what was erased finds it if it is there.
redis_configure() {
  local store=$1 dir socket user patterns p keys
  dir=$(redis_dir "$store")
  socket=$(redis_socket "$store")
  mkdir -p "$dir/data"
  [ ${#socket} -le 100 ] || die "the path of the run directory is too long for a Unix socket: $socket"
  {
    # Nobody can be the default user, yet it has every right: Redis 7.0 reads its own append-only file as this user, and drops
    # each transaction that the user may not run. With "user default off" alone a restart loses what functions have written.
    echo "user default off resetpass ~* &* +@all"
    echo "user admin on #$(redis_hash "$(redis_password "$store" admin)") ~* &* +@all"
    while read -r user patterns; do
      keys=
      for p in $patterns; do keys="$keys ~$p"; done
      echo "user $user on #$(redis_hash "$(redis_password "$store" "$user")")$keys $SERVICE_RIGHTS"
    done < <(set -f; redis_users "$store")
  } | write "$dir/users.acl"
  write "$dir/redis.conf" <<X
port 0
unixsocket $socket
unixsocketperm 700
dir $dir/data
aclfile $dir/users.acl
save ""
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
aof-load-truncated no
rdbcompression no
maxmemory-policy noeviction
enable-debug-command no
enable-module-command no
daemonize no
X
}

# Takes off what a power cut may leave at the end of the newest append-only file: a transaction that had not come to its end. Redis
# 7.0 would do so by itself (aof-load-truncated yes), but where the cut goes through a command of a transaction it keeps the commands before it,
# and the load after the next carries them out together with the following transaction: half of what nobody was answered, and
# what was acknowledged fails. Nothing that was acknowledged is taken off: a tail that holds the end of a transaction is for a person to look at.
#
#   aof_mend DIR WHOSE     DIR holds appendonlydir; no Redis runs on it
aof_mend() {
  local dir=$1/appendonlydir found file size good
  [ -s "$dir/appendonly.aof.manifest" ] || return 0
  if found=$(cd "$dir" && redis-check-aof appendonly.aof.manifest </dev/null 2>&1); then return 0; fi
  read -r file size good < <(sed -n 's/^AOF analyzed: filename=\(.*\), size=\([0-9]*\), ok_up_to=\([0-9]*\),.*/\1 \2 \3/p' <<<"$found" | tail -n 1)
  if [ -z "$file" ] || [ "$file" != "$(sed -n 's/^file \(.*\) seq .* type i$/\1/p' "$dir/appendonly.aof.manifest" | tail -n 1)" ] \
    || tail -c "+$((good + 1))" "$dir/$file" | grep -azPq '\nEXEC\r\n'; then
    die "the append-only file of $2 is damaged before its end: $found"
  fi
  say "  $2: $((size - good)) bytes of a transaction that did not come to its end are taken off $file"
  truncate -s "$good" "$dir/$file"
}

redis_admin() {
  local store=$1; shift
  REDISCLI_AUTH=$(redis_password "$store" admin) timeout "${REDIS_PATIENCE:-60}" redis-cli -s "$(redis_socket "$store")" --user admin --no-auth-warning "$@"
}

# Waits until it has read its data and answers.
redis_wait() {
  local store=$1
  local until=$((SECONDS + 60))
  while [ $SECONDS -lt $until ]; do
    if [ "$(REDIS_PATIENCE=2 redis_admin "$store" ping 2>/dev/null)" = PONG ]; then return; fi
    process_alive "redis-$store" || break
    sleep 0.1
  done
  process_show_end "redis-$store"
  die "Redis ($store) does not answer"
}

# The function library is loaded by the administrator; services have no such right.
redis_load_functions() {
  local library=$BROBYGGER_ROOT
  redis_admin "$1" acl load >/dev/null
  cat "$library/services/runtime/store.lua" "$library/services/consent/authorise.lua" \
    | redis_admin "$1" -x function load replace >/dev/null || die "Redis ($1) refused the function library"
}

# What a store that was killed while it wrote its file anew leaves in DATA: whoever still writes, and what is written so far. Redis never
# removes it: it takes room until looks stop, and holds data keys that are destroyed later. For a store that does not run.
aof_sweep() {
  local data process comm
  data=$(realpath -e "$1" 2>/dev/null) || return 0
  for process in /proc/[0-9]*; do
    read -r comm 2>/dev/null <"$process/comm" || continue
    if [ "$comm" != redis-server ] || [ "$(readlink "$process/cwd")" != "$data" ]; then continue; fi
    kill -KILL "${process#/proc/}" 2>/dev/null || true
    while [ -d "$process" ] && [ "$(process_stat "${process#/proc/}" 1)" != Z ]; do sleep 0.01; done
  done
  rm -f "$data"/temp-*.aof "$data"/temp-*.rdb
}
