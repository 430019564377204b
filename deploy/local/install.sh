# Sourced by deploy/local/up and tests/run, after lib/common.sh: brings in what is missing on a Debian 12 machine.
# Does nothing, and says nothing, where nothing is missing.
#
#   install_packages [tests]   the apt packages of packages.txt, with those for the tests
#   install_node               Node 20 or newer: the machine's own, else Node 22 from npm under BROBYGGER_CACHE
#   install_modules DIR…       npm ci in each directory, if its lock file has changed since

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "packages are missing and this needs root or sudo: apt-get install $MISSING"
  fi
}

missing_packages() {
  local p
  for p in "$@"; do
    # Installed, or provided by what is installed (a newer Boost is not: the name says the version).
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || printf '%s ' "$p"
  done
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

install_packages() {
  local wanted of=${1:-}
  command -v dpkg-query >/dev/null || die "this is not Debian; the packages needed are in deploy/local/packages.txt"
  mapfile -t wanted < <(awk -v of="$of" '/^[^#]/ && ($2 == "" || $2 == of) { print $1 }' "$BROBYGGER_ROOT/deploy/local/packages.txt")
  bring_in "${wanted[@]}"
}

bring_in() {
  MISSING=$(missing_packages "$@")
  if [ -n "$MISSING" ]; then
    # shellcheck disable=SC2086
    step "install $(wc -w <<<"$MISSING") Debian packages" apt_install $MISSING || die "apt could not install: $MISSING"
  fi
}

node_is_new_enough() {
  local version
  version=$("$1" --version 2>/dev/null) || return 1
  version=${version#v}
  [ "${version%%.*}" -ge 20 ]
}

fetch_node() {
  local tools=$BROBYGGER_CACHE/node
  mkdir -p "$tools"
  cd "$tools"
  # npm comes along: Debian's own finds its parts only under Debian's Node.
  npm install --no-save --no-audit --no-fund --prefix "$tools" node@22 npm@10
  node_is_new_enough "$tools/node_modules/node/bin/node"
}

install_node() {
  local tools=$BROBYGGER_CACHE/node
  if node_is_new_enough node && command -v npm >/dev/null; then return; fi
  if ! node_is_new_enough "$tools/node_modules/node/bin/node" || ! [ -e "$tools/node_modules/.bin/npm" ]; then
    bring_in npm
    step 'install Node 22 by npm' fetch_node || die 'npm could not install Node 22'
  fi
  PATH=$tools/node_modules/node/bin:$tools/node_modules/.bin:$PATH
  export PATH
}

install_modules() {
  local dir stamp
  for dir in "$@"; do
    dir=$BROBYGGER_ROOT/$dir
    stamp=$dir/node_modules/.brobygger-lock
    if [ -d "$dir/node_modules" ] && cmp -s "$dir/package-lock.json" "$stamp"; then continue; fi
    step "npm ci in ${dir#"$BROBYGGER_ROOT"/}" npm ci --prefix "$dir" --no-audit --no-fund || die "npm ci failed in $dir"
    cp "$dir/package-lock.json" "$stamp"
  done
}
