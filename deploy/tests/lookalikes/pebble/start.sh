#!/bin/sh
# The certificate of its own interface lands in /shared/pebble.pem, for those who ask it for theirs; every name is at EDGE.
set -eu
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=pebble -addext subjectAltName=DNS:pebble \
    -keyout /tmp/pebble.key -out /tmp/pebble.pem 2>/dev/null
cp /tmp/pebble.pem /shared/pebble.pem
cat >/tmp/pebble.json <<JSON
{"pebble": {"listenAddress": "0.0.0.0:14000", "managementListenAddress": "0.0.0.0:15000", "certificate": "/tmp/pebble.pem",
 "privateKey": "/tmp/pebble.key", "httpPort": 8080, "tlsPort": 8443, "certificateValidityPeriod": 7776000}}
JSON
# nginx starts after this.
address=
while [ -z "$address" ]; do
    address=$(getent hosts "$EDGE" | awk '{print $1; exit}')
    sleep 0.5
done
pebble-challtestsrv -defaultIPv4 "$address" -defaultIPv6 "" -dns01 127.0.0.1:8053 -http01 "" -https01 "" -tlsalpn01 "" \
    -management 127.0.0.1:8055 &
# Debian's certbot stumbles over a nonce that is refused at random, and tries again two minutes later.
exec env PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 pebble -config /tmp/pebble.json -dnsserver 127.0.0.1:8053
