# Writes the configuration files of an instance: one template for all services, one for the gateway, one for the issuer.
# Sourced. The schemas are services/runtime/config.proto and gateway/config.proto; a service refuses a setting it does not know.

CONFIG=$BROBYGGER_RUN/config

tls_block() {
  cat <<X
  certificate: "$PKI/$1/current/cert.pem"
  key: "$PKI/$1/current/key.pem"
  ca: "$PKI/$1/current/ca.pem"
  trust_domain: "brobygger"
X
}

redis_block() {
  redis_password "$1" "$2" >/dev/null
  cat <<X
  socket: "$(redis_socket "$1")"
  user: "$2"
  password_file: "$(redis_dir "$1")/$2.password"
X
}

service_config() {
  local service=$1 port
  port=$(port_of "$service")
  cat <<X
listen: "127.0.0.1:$port"
health_listen: "127.0.0.1:$((port + 100))"
metrics_listen: "127.0.0.1:$((port + 200))"
reflection: true
tls {
$(tls_block "$service")
}
tokens {
  issuer: "https://localhost:$OIDC_PORT"
  jwks_uri: "https://localhost:$OIDC_PORT/jwks"
  ca: "$PKI/ca.pem"
  audience: "brobygger"
}
records {
$(redis_block records "$service")
}
keys_dir: "$BROBYGGER_RUN/keys/$service"
journal_dir: "$BROBYGGER_RUN/journal"
directory: "$CONFIG/directory.textproto"
statement_public_key: "$BROBYGGER_RUN/statements/public.pem"
ledger_public_key: "$BROBYGGER_RUN/ledger-key/public.pem"
consent { target: "localhost:$(port_of consent)" name: "consent" }
X
  if [ "$service" = consent ]; then
    cat <<X
trust {
$(redis_block trust "$service")
}
statement_private_key: "$BROBYGGER_RUN/statements/private.pem"
ledger_private_key: "$BROBYGGER_RUN/ledger-key/private.pem"
ledger_dir: "$BROBYGGER_RUN/ledger"
ledger_keep: ${BROBYGGER_LEDGER_KEEP:-1000000}
consent_texts: "$BROBYGGER_ROOT/services/consent/texts"
looks {
  trust_data_dir: "$(redis_dir trust)/data"
  per_person_and_hour: ${BROBYGGER_LOOKS_PER_HOUR:-0}
}
X
  fi
}

gateway_config() {
  local package service
  cat <<X
listen: "127.0.0.1:$GATEWAY_PORT"
health_listen: "127.0.0.1:$((BROBYGGER_PORT_BASE + 150))"
metrics_listen: "127.0.0.1:$((BROBYGGER_PORT_BASE + 250))"
public_origin: "https://localhost:$GATEWAY_PORT"
https_certificate: "$PKI/gateway/current/cert.pem"
https_key: "$PKI/gateway/current/key.pem"
$([ -d "$BROBYGGER_ROOT/gateway/web/dist" ] && echo "web_root: \"$BROBYGGER_ROOT/gateway/web/dist\"")
descriptors: "$BROBYGGER_BUILD/brobygger.binpb"
tls {
$(tls_block gateway)
}
X
  while read -r package service; do
    echo "routes { package: \"$package\" service { target: \"localhost:$(port_of "$service")\" name: \"$service\" } }"
  done <<X
brobygger.consent.v1 consent
brobygger.registry.v1 consent
brobygger.ledger.v1 consent
brobygger.dropin.v1 dropin
brobygger.housing.v1 housing
brobygger.clinic.v1 clinic
X
  cat <<X
oidc {
  issuer: "https://localhost:$OIDC_PORT"
  authorization_endpoint: "https://localhost:$OIDC_PORT/auth"
  token_endpoint: "https://localhost:$OIDC_PORT/token"
  end_session_endpoint: "https://localhost:$OIDC_PORT/session/end"
  jwks_uri: "https://localhost:$OIDC_PORT/jwks"
  ca: "$PKI/ca.pem"
  client_file: "$BROBYGGER_RUN/issuer/gateway.client"
  audience: "brobygger"
}
sessions {
$(redis_block records gateway)
}
session_key: "$BROBYGGER_RUN/keys/gateway/session.key"
directory: "$CONFIG/directory.textproto"
X
}

issuer_settings() {
  cat <<X
{
  "port": $OIDC_PORT,
  "directory": "$BROBYGGER_RUN/issuer",
  "certificate": "$PKI/issuer/current/cert.pem",
  "key": "$PKI/issuer/current/key.pem",
  "accounts": "$BROBYGGER_DEMO/accounts.json",
  "gateway": {
    "redirect_uris": ["https://localhost:$GATEWAY_PORT/callback"],
    "post_logout_redirect_uris": ["https://localhost:$GATEWAY_PORT/"]
  }
}
X
}

write_configs() {
  local service
  mkdir -p "$CONFIG" "$BROBYGGER_RUN/journal" "$BROBYGGER_RUN/ledger" "$BROBYGGER_RUN/issuer" "$BROBYGGER_RUN/keys/gateway"
  random_key "$BROBYGGER_RUN/keys/gateway/session.key"
  random_key "$BROBYGGER_RUN/issuer/gateway.secret"
  write "$BROBYGGER_RUN/issuer/gateway.client" <<<"gateway
$(cat "$BROBYGGER_RUN/issuer/gateway.secret")"
  write "$CONFIG/directory.textproto" <"$BROBYGGER_DEMO/directory.textproto"
  issuer_settings | write "$BROBYGGER_RUN/issuer/settings.json"
  for service in "${SERVICES[@]}"; do service_config "$service" | write "$CONFIG/$service.textproto"; done
  gateway_config | write "$CONFIG/gateway.textproto"
}
