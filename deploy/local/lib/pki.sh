# A CA and one certificate for each process, all under $BROBYGGER_RUN/pki. Sourced.
#
# A process is known by the one SPIFFE URI of its certificate, spiffe://brobygger/<name>; never by a common name. A
# certificate and its key are renewed together in a new directory and switched by one symlink, so that a process that
# watches its files never sees half a pair: pki/<name>/current -> v<time>, with cert.pem, key.pem and ca.pem in it.

PKI=$BROBYGGER_RUN/pki
CERTIFICATE_DAYS=90
RENEW_BEFORE_DAYS=30

make_ca() {
  mkdir -p "$PKI"
  if [ -s "$PKI/ca.pem" ] && openssl x509 -in "$PKI/ca.pem" -noout -checkend $((RENEW_BEFORE_DAYS * 86400)) >/dev/null; then return; fi
  openssl ecparam -name prime256v1 -genkey -noout -out "$PKI/ca.key.new"
  openssl req -x509 -new -key "$PKI/ca.key.new" -sha256 -days 1825 -subj '/O=Brobygger local/CN=Brobygger local CA' \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' -out "$PKI/ca.pem.new"
  mv -f "$PKI/ca.key.new" "$PKI/ca.key"
  mv -f "$PKI/ca.pem.new" "$PKI/ca.pem"
  chmod 600 "$PKI/ca.key"
}

# certificate NAME [peer|server]: a peer carries its SPIFFE URI and serves both directions; a server is nobody's peer.
certificate() {
  local name=$1 kind=${2:-peer} dir=$PKI/$1 version san usage=serverAuth
  if [ -s "$dir/current/cert.pem" ] && cmp -s "$PKI/ca.pem" "$dir/current/ca.pem" \
    && openssl x509 -in "$dir/current/cert.pem" -noout -checkend $((RENEW_BEFORE_DAYS * 86400)) >/dev/null; then return; fi
  san='DNS:localhost,IP:127.0.0.1'
  if [ "$kind" = peer ]; then san="URI:spiffe://brobygger/$name,$san"; usage=serverAuth,clientAuth; fi
  version=v$(date -u +%Y%m%dT%H%M%S)
  mkdir -p "$dir/$version"
  openssl ecparam -name prime256v1 -genkey -noout -out "$dir/$version/key.pem"
  openssl req -new -key "$dir/$version/key.pem" -subj "/O=Brobygger local" -out "$dir/$version/request.pem"
  openssl x509 -req -in "$dir/$version/request.pem" -CA "$PKI/ca.pem" -CAkey "$PKI/ca.key" -sha256 \
    -set_serial "0x$(openssl rand -hex 16 | sed 's/^./1/')" -days "$CERTIFICATE_DAYS" -out "$dir/$version/cert.pem" -extfile /dev/stdin <<X 2>/dev/null
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=$usage
subjectAltName=$san
X
  cp "$PKI/ca.pem" "$dir/$version/ca.pem"
  rm "$dir/$version/request.pem"
  ln -sfn "$version" "$dir/next"
  mv -fT "$dir/next" "$dir/current"
}

# The slugs of the directory's agencies.
agencies() { sed -n 's/^ *name: *"agencies\/\([a-z0-9-]*\)".*/\1/p' "$BROBYGGER_DEMO/directory.textproto"; }

# agencies_of PEER: the slugs of those that have a door at this service.
agencies_of() {
  awk -v peer="$1" '
    /^ *name: *"agencies\// { split($0, a, /"agencies\/|"/); slug = a[2] }
    /peer: *"/ { split($0, b, /peer: *"/); split(b[2], c, /"/); if (c[1] == peer && !(slug in seen)) { seen[slug] = 1; print slug } }
  ' "$BROBYGGER_DEMO/directory.textproto"
}

# random_key FILE: 32 random bytes as 64 hex characters, once.
random_key() {
  if ! [ -s "$1" ]; then (umask 077 && openssl rand -hex 32 >"$1.new" && mv "$1.new" "$1"); fi
}

# scope_key DIR SLUG: a scope's own key, and with it its first master key (deploy/local/rotate changes that). A scope from before there
# were master keys gets its first one by being rotated.
scope_key() {
  if ! [ -s "$1/$2.key" ]; then random_key "$1/$2.master.key"; fi
  random_key "$1/$2.key"
}

# signing_key DIR: an Ed25519 pair, once. That of the ledger's heads lies apart from the stores and their keys: who has those
# cannot make a ledger that anybody takes for ours.
signing_key() {
  if [ -s "$1/public.pem" ]; then return; fi
  mkdir -p "$1"
  openssl genpkey -algorithm ed25519 -out "$1/private.pem"
  chmod 600 "$1/private.pem"
  openssl pkey -in "$1/private.pem" -pubout -out "$1/public.pem"
}

make_keys() {
  local service slug dir
  make_ca
  certificate issuer server
  certificate gateway
  for service in "${SERVICES[@]}"; do
    certificate "$service"
    dir=$BROBYGGER_RUN/keys/$service
    mkdir -p "$dir"
    random_key "$dir/service.key"
    for slug in $(agencies_of "$service"); do scope_key "$dir" "$slug"; done
  done
  scope_key "$BROBYGGER_RUN/keys/consent" trust
  for slug in $(agencies); do certificate "system/$slug"; done
  signing_key "$BROBYGGER_RUN/statements"
  signing_key "$BROBYGGER_RUN/ledger-key"
}
