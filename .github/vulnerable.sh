#!/usr/bin/env bash
# Fails when a package that the lock files name, directly or not, has a known vulnerability of high or critical severity.
# Apart from the build, so that an advisory published tonight stops no work, only what would be released.
set -euo pipefail
case "${1:-}" in -h | --help) echo "usage: vulnerable.sh"; exit 0 ;; esac
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dotnet restore --locked-mode -v q
report=$(dotnet list BlogCreator.sln package --vulnerable --include-transitive --format json)
found=$(jq -r '[.projects[] | .frameworks[]? | (.topLevelPackages[]?, .transitivePackages[]?)
    | . as $package | .vulnerabilities[]? | {name: $package.id, version: $package.resolvedVersion, severity, advisoryurl}]
    | unique[] | "\(.severity): \(.name) \(.version), \(.advisoryurl)"' <<<"$report")
projects=$(jq '.projects | length' <<<"$report")
[ "$projects" -gt 0 ] || { echo "No project was looked at: $report" >&2; exit 1; }
if [ -z "$found" ]; then
    echo "No known vulnerability in the packages of $projects projects."
    exit 0
fi
echo "$found"
if grep -Eq '^(High|Critical):' <<<"$found"; then
    echo "Update these, or pin a version without the fault in Directory.Packages.props." >&2
    exit 1
fi
