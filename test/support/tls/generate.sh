#!/usr/bin/env bash
# Makes the keys and certificates of the tests again, for 100 years. They are for tests alone: everybody has
# these keys, so nobody may trust them. Run in this folder; needs openssl 3.
set -euo pipefail
days=36500
ec() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1-key.pem"; }
self() { openssl req -x509 -new -key "$1-key.pem" -out "$1-cert.pem" -days "$days" -subj "/CN=$2" "${@:3}"; }
signed() {
  openssl req -new -key "$1-key.pem" -subj "/CN=$2/O=sluice tests" |
    openssl x509 -req -CA ca-cert.pem -CAkey ca-key.pem -set_serial "$3" -days "$days" -out "$1-cert.pem" \
      -extfile <(printf '%s\n' "subjectAltName=$4" "extendedKeyUsage=$5")
}
ec ca; self ca 'sluice test authority' -addext basicConstraints=critical,CA:TRUE
ec local; signed local localhost 2 DNS:localhost,IP:127.0.0.1 serverAuth
ec a; signed a a.example 3 DNS:a.example serverAuth
ec wild; signed wild '*.b.example' 4 'DNS:*.b.example' serverAuth
ec client; signed client client 5 DNS:client.example clientAuth
ec stranger; self stranger stranger
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa-key.pem
signed rsa localhost 6 DNS:localhost,IP:127.0.0.1 serverAuth
openssl pkcs8 -topk8 -in local-key.pem -passout pass:open -out locked-key.pem
openssl pkcs12 -export -inkey local-key.pem -in local-cert.pem -passout pass:open -out local.pfx
rm ca-key.pem
