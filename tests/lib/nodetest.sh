# Sourced by parts written for node:test. Steps of a story count each; a file that cannot run is a failure.
#
#   node_test FILE…       runs them in this order (node's own would be the alphabet's), shows what they say, and ends with the line of counts
#
# A part that can do two things at a time puts it together itself, and ends with node_counts:
#
#   node_files FILE…      runs them in this order
#   node_beside A B       two lists of files, each a word: both at the same time, each in its order. They must leave alone what the other looks
#                         at. What the second says is shown when both have ended
#   node_counts           the line of counts; false if something failed
passed=0 failed=0 skipped=0

node_files() {
  local tap file code here
  tap=$(mktemp)
  count_of() { sed -n "s/^# $1 //p" "$tap" | tail -n 1; }
  for file in "$@"; do
    code=0
    : >"$tap"
    node --test --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout \
      --test-reporter=tap --test-reporter-destination="$tap" "$file" || code=$?
    here=$((10#0$(count_of fail) + 10#0$(count_of cancelled)))
    if [ "$code" != 0 ] && [ "$here" = 0 ]; then here=1; fi
    passed=$((passed + 10#0$(count_of pass))) failed=$((failed + here)) skipped=$((skipped + 10#0$(count_of skipped)))
  done
  rm -f "$tap"
}

# shellcheck disable=SC2086
node_beside() {
  local said counts pid p f s
  said=$(mktemp) counts=$(mktemp)
  (
    passed=0 failed=0 skipped=0
    node_files $2
    echo "$passed $failed $skipped" >"$counts"
  ) >"$said" 2>&1 &
  pid=$!
  node_files $1
  wait "$pid" || true
  cat "$said"
  read -r p f s <"$counts" || { p=0 f=1 s=0; }  # a list that did not come to its end is a failure
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  rm -f "$said" "$counts"
}

node_counts() {
  if [ "$skipped" = 0 ]; then echo "$passed passed, $failed failed"; else echo "$passed passed, $failed failed, $skipped skipped"; fi
  [ "$failed" = 0 ]
}

node_test() {
  node_files "$@"
  node_counts
}
