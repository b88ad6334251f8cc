#!/usr/bin/env bash
# Waits until CI has ended for a commit, and fails unless it passed. The deployment starts with the push, beside CI.
set -euo pipefail
usage="usage: await-ci.sh COMMIT [MINUTES=100]   (needs gh and GH_TOKEN)"
case "${1:-}" in -h | --help) echo "$usage"; exit 0 ;; esac
[ $# -ge 1 ] || { echo "$usage" >&2; exit 2; }
end=$((SECONDS + ${2:-100} * 60))
while [ "$SECONDS" -lt "$end" ]; do
    # Of main only: a branch of the same commit has not pushed images as main does.
    state=$(gh run list --repo "$GITHUB_REPOSITORY" --workflow ci.yml --branch main --event push --commit "$1" --limit 1 \
        --json status,conclusion --jq '.[0] // {} | "\(.status // "none") \(.conclusion // "")"')
    case "$state" in
        "completed success") echo "CI passed for $1."; exit 0 ;;
        completed*) echo "CI ended for $1 with '${state#completed }': nothing is deployed." >&2; exit 1 ;;
        *) echo "CI for $1: $state"; sleep 20 ;;
    esac
done
echo "CI has not ended for $1 in time. Start the deployment again when it has, with this commit." >&2
exit 1
