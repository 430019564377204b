# Sourced by parts written for node:test: node_test FILE… runs them in this order (node's own would be the alphabet's), shows
# what they say, and ends with the line of counts. Steps of a story count each; a file that cannot run is a failure.
node_test() {
  local tap file code passed=0 failed=0 skipped=0 here
  tap=$(mktemp)
  count_of() { sed -n "s/^# $1 //p" "$tap" | tail -n 1; }
  for file in "$@"; do
    code=0
    node --test --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout \
      --test-reporter=tap --test-reporter-destination="$tap" "$file" || code=$?
    here=$(($(count_of fail) + $(count_of cancelled)))
    if [ "$code" != 0 ] && [ "$here" = 0 ]; then here=1; fi
    passed=$((passed + $(count_of pass))) failed=$((failed + here)) skipped=$((skipped + $(count_of skipped)))
  done
  rm -f "$tap"
  if [ "$skipped" = 0 ]; then echo "$passed passed, $failed failed"; else echo "$passed passed, $failed failed, $skipped skipped"; fi
  [ "$failed" = 0 ]
}
