#!/usr/bin/env bash
# How long the second `dotnet run` takes until both services are healthy, the build check included.
# start.sh [ROUNDS=3], on a machine that does nothing else; the first round builds and fills the data directory.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
for round in $(seq 0 "$rounds"); do
    log=$data.out
    from=$(date +%s.%N)
    dotnet run --project BlogCreator.AppHost -- --data "$data" --port web=28080 --port api=28081 >"$log" 2>&1 &
    run=$!
    until grep -q '^Open' "$log"; do
        kill -0 "$run" 2>/dev/null || { cat "$log"; exit 1; }
        sleep 0.05
    done
    to=$(date +%s.%N)
    [ "$round" -eq 0 ] || awk -v a="$from" -v b="$to" -v r="$round" 'BEGIN { printf "round %d: %.1f s\n", r, b - a }'
    # Not INT, which a background job of a script ignores.
    pkill -TERM -f "AppHost --data $data" || true
    wait "$run" || true
    rm -f "$log"
done
