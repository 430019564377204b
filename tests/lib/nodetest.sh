# Sourced by parts written for node:test: node_test FILE… runs them, shows what they say, and ends with the line of counts.
# Steps of a story count each; a file that cannot run is a failure.
node_test() {
  local tap code=0 passed failed skipped cancelled
  tap=$(mktemp)
  node --test --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$tap" "$@" || code=$?
  passed=$(sed -n 's/^# pass //p' "$tap" | tail -n 1)
  failed=$(sed -n 's/^# fail //p' "$tap" | tail -n 1)
  skipped=$(sed -n 's/^# skipped //p' "$tap" | tail -n 1)
  cancelled=$(sed -n 's/^# cancelled //p' "$tap" | tail -n 1)
  rm -f "$tap"
  failed=$((${failed:-0} + ${cancelled:-0}))
  if [ "$code" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
  if [ "${skipped:-0}" = 0 ]; then echo "${passed:-0} passed, $failed failed"; else echo "${passed:-0} passed, $failed failed, $skipped skipped"; fi
  [ "$failed" = 0 ]
}
