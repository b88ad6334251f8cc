#!/usr/bin/env bash
# A mixed load at a constant arrival rate: requests are sent when they are due, however slow the answers are, so that a
# stalled site shows up as slow requests and not as fewer of them. The npm package loadtest sends; load.mjs says what.
set -euo pipefail
usage="usage: run.sh [--base https://HOST] [--duration SECONDS=600] [--rate READS_AND_SEARCHES_PER_SECOND=200]
              [--uploads PER_MINUTE=60] [--generations PER_MINUTE=6] [--ramp SECONDS=20] [--report FOLDER=artifacts/load]
              [--ca FILE] [--i-own-this-host]
Who uploads: LOAD_KEY (an API key), or LOAD_EMAIL and LOAD_PASSWORD; on a site without an owner LOAD_SETUP_TOKEN makes one.
Limits of the site count one address and one person, which is what this is: docs/load-test.md names the settings to raise.
Fails when a request failed or took 2 seconds, or when the 95th percentile of reads or searches is not under 300 ms."
base=http://localhost:8080 duration=600 rate=200 uploads=60 generations=6 ramp=20 report=artifacts/load ca="" own=false
while [ $# -gt 0 ]; do
    case "$1" in
        --base | --duration | --rate | --uploads | --generations | --ramp | --report | --ca)
            [ $# -ge 2 ] || { echo "$usage" >&2; exit 2; }
            printf -v "${1#--}" %s "$2"
            shift 2
            ;;
        --i-own-this-host) own=true; shift ;;
        -h | --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
done
for name in duration rate uploads generations ramp; do
    [[ ${!name} =~ ^[0-9]{1,5}$ ]] || { echo "--$name must be a whole number, not '${!name}'." >&2; exit 2; }
done
if [ "$duration" -lt 1 ] || [ "$rate" -lt 20 ]; then echo "--duration must be at least 1, --rate at least 20." >&2; exit 2; fi
base=${base%/}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
command -v node >/dev/null || { echo "node is not installed (20 or later): apt-get install nodejs" >&2; exit 1; }
if [ ! -d artifacts/tools/load/node_modules/loadtest ]; then
    command -v npm >/dev/null || { echo "npm is not installed: apt-get install npm" >&2; exit 1; }
    npm install --prefix artifacts/tools/load --no-audit --no-fund --no-save loadtest@8.2.1 >/dev/null
fi

if [ -n "$ca" ]; then
    [ -r "$ca" ] || { echo "--ca: there is no $ca." >&2; exit 2; }
    export NODE_EXTRA_CA_CERTS=$ca
fi
mkdir -p "$report"
work=$(mktemp -d)
# The targets hold a key.
chmod 700 "$work"
attacks=()
cleanup() {
    for pid in "${attacks[@]}"; do kill "$pid" 2>/dev/null || true; done
    [ ! -f "$work/plan.json" ] || node "$here/load.mjs" forget "$work" || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

$own || node "$here/load.mjs" loopback "$base"
node "$here/load.mjs" prepare "$work" "$base" "$duration" "$rate" "$uploads" "$generations"

attack() { # KIND PER_SECOND COUNT: a process each, so that none delays another
    node "$here/send.mjs" "$work" "$@" &
    attacks+=($!)
}
arrive() { # RATE SECONDS, of readers
    local searches=$(($1 * 15 / 100))
    attack reads "$(($1 - searches))" "$((($1 - searches) * $2))"
    attack searches "$searches" "$((searches * $2))"
}
finished() {
    for pid in "${attacks[@]}"; do wait "$pid"; done
    attacks=()
}
for share in 4 2; do
    [ "$ramp" -ge 2 ] || break
    echo "== $((rate / share)) a second for $((ramp / 2)) s first, which is not measured"
    arrive "$((rate / share))" "$((ramp / 2))"
    finished
done
echo "== $rate reads and searches a second, $uploads uploads and $generations generations a minute, for $duration s"
arrive "$rate" "$duration"
for kind in uploads generations; do
    count=$((${!kind} * duration / 60))
    [ "$count" -eq 0 ] || attack "$kind" "$(awk -v n="${!kind}" 'BEGIN { print n / 60 }')" "$count"
done
finished
node "$here/load.mjs" report "$work" "$report"
