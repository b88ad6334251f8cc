#!/usr/bin/env bash
# Writes the bill of materials of each service, CycloneDX 1.6 as JSON. By the .NET tool, because it reads what NuGet
# restored and nothing else: no network, no guesses from file names, no plugins that are downloaded first.
set -euo pipefail
case "${1:-}" in -h | --help) echo "usage: sbom.sh FOLDER"; exit 0 ;; esac
[ $# -eq 1 ] || { echo "usage: sbom.sh FOLDER" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p "$1"
for service in Api Web; do
    project=BlogCreator.$service
    dotnet restore "$project" --locked-mode -v q
    # The tool looks for obj/ beside the project; ours are under artifacts/.
    dotnet tool run dotnet-CycloneDX "$project/$project.csproj" --disable-package-restore --exclude-dev \
        --base-intermediate-output-path "$PWD/artifacts/obj" --set-name "${project,,}" --set-type Application \
        --output-format Json --output "$1" --filename "${service,,}.cdx.json"
    components=$(jq '.components | length' "$1/${service,,}.cdx.json")
    [ "$components" -gt 10 ] || { echo "The bill of $project names $components packages; that cannot be all." >&2; exit 1; }
    echo "$project: $components components"
done
