# Sourced after lib/common.sh and install.sh: builds the C++ and the web pages.
#
#   build_cpp TREE [cmake option…]   Release in TREE; production and unit tests
#   build_web                        gateway/web/dist, if its sources or the contracts have changed

build_cpp() {
  local tree=$1; shift
  if ! [ -f "$tree/build.ninja" ] || [ "$*" != "$(cat "$tree/.brobygger-options" 2>/dev/null)" ]; then
    step 'configure' cmake -S "$BROBYGGER_ROOT" -B "$tree" -G Ninja -DCMAKE_BUILD_TYPE=Release "$@" || die 'cmake failed'
    printf '%s' "$*" >"$tree/.brobygger-options"
  fi
  step "build ${tree#"$BROBYGGER_ROOT"/}" ninja -C "$tree" || die 'the build failed'
}

web_stamp() {
  (cd "$BROBYGGER_ROOT" && find gateway/web proto/brobygger -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/gen/*' \
    -exec sha256sum {} + | sort -k 2 | sha256sum)
}

build_web() {
  local web=$BROBYGGER_ROOT/gateway/web stamp
  stamp=$(web_stamp)
  if [ -d "$web/dist" ] && [ "$stamp" = "$(cat "$web/node_modules/.brobygger-built" 2>/dev/null)" ]; then return; fi
  step 'build the web pages' npm run --prefix "$web" build || die 'the web pages could not be built'
  web_stamp >"$web/node_modules/.brobygger-built"
}
