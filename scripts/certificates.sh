# shellcheck shell=bash
# A certificate authority and a certificate for "localhost", so that TLS with verification can be tested. Sourced by ./dev.

# make_certificates FOLDER: ca.pem, server.pem and server.key, for 10 years; the authority's own key is thrown away.
make_certificates() {
    local folder=$1 stage=$1.new
    [ -s "$folder/server.key" ] && return
    rm -rf "$stage" "$folder"
    mkdir -m 700 "$stage"
    (
        cd "$stage"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -keyout ca.key -out ca.pem \
            -subj "/CN=Veredus private servers" -addext basicConstraints=critical,CA:TRUE
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj "/CN=localhost"
        printf '%s\n' subjectAltName=DNS:localhost basicConstraints=CA:FALSE extendedKeyUsage=serverAuth >extensions
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile extensions -out server.pem
        rm -f ca.key ca.srl server.csr extensions
    ) 2>"$LOCAL/run/openssl.log" || fail "openssl could not make a certificate for the private servers" "Read $LOCAL/run/openssl.log"
    chmod 755 "$stage"
    chmod 644 "$stage/ca.pem" "$stage/server.pem"
    mv "$stage" "$folder"
}
