# Processes of an instance: started in their own session, known by pid and start time, so that a number that the machine
# has given to somebody else is never mistaken for ours. Sourced.

process_file() { echo "$BROBYGGER_RUN/process/$1"; }
process_log() { echo "$BROBYGGER_RUN/log/$1.log"; }

# The time a pid was started, in clock ticks since boot; empty if there is none.
process_stat() { [ -r "/proc/$1/stat" ] && sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f"$2"; }  # PID FIELD, counted from its state on
process_birth() { process_stat "$1" 20; }

process_alive() {
  local pid birth _
  read -r pid birth _ 2>/dev/null <"$(process_file "$1")" || return 1
  # A process that has ended and not been waited for is still there, as a zombie.
  [ -n "$birth" ] && [ "$(process_birth "$pid")" = "$birth" ] && [ "$(process_stat "$pid" 1)" != Z ]
}

process_pid() { local pid _; read -r pid _ <"$(process_file "$1")" && echo "$pid"; }

# What a process was made from: if this changes, `up` starts it anew. Arguments: files.
process_stamp() { stat -L -c '%n %Y %s' "$@" 2>/dev/null | sha256sum | cut -c1-16; }

# process_start NAME STAMP command…
process_start() {
  local name=$1 stamp=$2 pid i; shift 2
  mkdir -p "$BROBYGGER_RUN/process" "$BROBYGGER_RUN/log"
  if process_alive "$name"; then
    if [ "$(cut -d' ' -f3 "$(process_file "$name")")" = "$stamp" ]; then return; fi
    process_stop "$name"
  fi
  printf -- '--- %s start\n' "$(date -u +%FT%TZ)" >>"$(process_log "$name")"
  setsid "$@" >>"$(process_log "$name")" 2>&1 </dev/null 9>&- &
  pid=$!
  for i in 1 2 3 4 5 6 7 8 9 10; do [ -n "$(process_birth "$pid")" ] && break; sleep 0.01; done
  printf '%s %s %s\n' "$pid" "$(process_birth "$pid")" "$stamp" >"$(process_file "$name")"
  disown "$pid" 2>/dev/null || true
}

# Asks it to end, waits, and insists after 20 seconds.
process_stop() {
  local name=$1 pid i
  if process_alive "$name"; then
    pid=$(process_pid "$name")
    kill -TERM "$pid" 2>/dev/null || true
    for i in $(seq 200); do process_alive "$name" || break; sleep 0.1; done
    if process_alive "$name"; then
      say "  $name did not end within 20 s: killed"
      kill -KILL "$pid" 2>/dev/null || true
      while process_alive "$name"; do sleep 0.05; done
    fi
  fi
  rm -f "$(process_file "$name")"
}

process_kill() {
  if process_alive "$1"; then
    kill -KILL "$(process_pid "$1")"
    while process_alive "$1"; do sleep 0.01; done
  fi
}

# The log's last lines since the last start.
process_show_end() {
  say "  the last lines of $(process_log "$1"):"
  tac "$(process_log "$1")" 2>/dev/null | sed '/^--- .* start$/q' | head -n 15 | tac | sed 's/^/    /' || true  # of a long log tac is cut off
}
