#!/usr/bin/env bash
# Lighthouse's four scores for the front page and a post, as served in Release and production.
# lighthouse.sh [PAGE...]: with addresses, of a site that runs; without, of one that it starts, fills and stops.
# Needs Node, Debian's chromium and, in LIGHTHOUSE or on the path, the npm package lighthouse.
set -euo pipefail
cd "$(dirname "$0")/.."
lighthouse=${LIGHTHOUSE:-lighthouse}
work=$(mktemp -d)
started=
# The end of its input is what it waits for: killed, it would leave the services that it started.
trap '[ -z "$started" ] || { exec 9>&-; wait $started 2>/dev/null || true; }; rm -rf "$work"' EXIT

if [ $# -eq 0 ]; then
    dotnet build benchmarks/blog -c Release -v q
    # Serves until its input ends, and writes the two addresses.
    mkfifo "$work/stop"
    dotnet artifacts/bin/blog/release/BlogCreator.Benchmarks.Blog.dll serve <"$work/stop" >"$work/pages" 2>"$work/problems" &
    started=$!
    exec 9>"$work/stop"
    until [ "$(wc -l <"$work/pages")" -ge 2 ]; do kill -0 "$started" 2>/dev/null || { cat "$work/problems" >&2; exit 1; }; sleep 0.2; done
    mapfile -t pages <"$work/pages"
    set -- "${pages[@]}"
fi

for page in "$@"; do
    for form in mobile desktop; do
        preset=
        [ "$form" = mobile ] || preset=--preset=desktop
        CHROME_PATH=${CHROMIUM_PATH:-/usr/bin/chromium} timeout -k 5 120 "$lighthouse" "$page" $preset --quiet --output=json --output-path="$work/report.json" \
            --chrome-flags="--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
        # shellcheck disable=SC2016 # The dollars are JavaScript's.
        node -e '
            const report = JSON.parse(require("fs").readFileSync(process.argv[1]));
            const scores = Object.values(report.categories).map(c => `${c.title} ${Math.round(c.score * 100)}`).join(", ");
            console.log(`${report.finalDisplayedUrl} (${process.argv[2]}): ${scores}`);
            for (const category of Object.values(report.categories))
                for (const { id, weight } of category.auditRefs) {
                    const audit = report.audits[id];
                    if (weight > 0 && audit.score !== null && audit.score < 0.995) console.log(`  ${category.id}: ${id} ${audit.score} ${audit.displayValue ?? ""}`);
                }
        ' "$work/report.json" "$form"
    done
done
[ -z "$started" ] || exec 9>&-
