#!/usr/bin/env bash
# The Compose file for development, as a developer uses it: built and started by one command, published on 127.0.0.1 only;
# then with the source mounted, where a change shows by itself. In a copy of the tree, without what needs images from upstream.
# Needs a container engine and the base images (README.md beside this file). Ends with "N passed, N failed".
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=deploy/tests/lib.sh
. "$here/lib.sh"
[ $# -eq 0 ] || { sed -n '2,4s/^# //p' "${BASH_SOURCE[0]}"; exit 2; }
need_docker
work=$(mktemp -d)
project=blogcreator-dev-test
tree=$work/tree
compose=$tree/deploy/compose
base=https://localhost:18444

hot=(-f docker-compose.yml -f docker-compose.override.yml -f docker-compose.hot.yml)
composer() { (cd "$compose" && docker-compose -p "$project" "$@"); }
finish() {
    [ ! -f "$compose/docker-compose.yml" ] || composer "${hot[@]}" --profile certificates down --volumes --remove-orphans --timeout 5 >"$work/down.log" 2>&1 || tail -n 5 "$work/down.log"
    docker image rm -f blogcreator-api:dev blogcreator-web:dev blogcreator-postgres:dev blogcreator-api:hot blogcreator-web:hot >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT

mkdir -p "$tree"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 tar c) | tar x -C "$tree"
"$here/stack-settings.sh" blog.example.test 127.0.0.1:5055 18080 18443 >"$tree/deploy/settings.yaml"
check "generate writes the files" dotnet run --no-build --project "$root/BlogCreator.AppHost" -- generate --manifest "$tree/aspire-manifest.json" --settings "$tree/deploy/settings.yaml" --output "$tree"
check "blogctl makes the secrets" "$tree/deploy/blogctl" init
# The look-alike has the tag of another version.
printf 'services: {redis: {image: "redis:8"}}\n' >"$compose/docker-compose.override.yml"

check "one command builds and starts it" composer up -d --build
# shellcheck disable=SC2046 # ids, one a word
none_is_ill() { ! docker inspect --format '{{.Name}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}' $(composer ps -q) | grep -Ev ' (running (healthy)?|exited .*)$'; }
check "everything becomes healthy" eventually 120 none_is_ill
page() { curl -skf --max-time 20 -H 'Cookie: blogcreator-fresh=1' "$base$1"; }
check "the site answers on $base" eventually 60 page /feed.xml
local_only() { ! docker ps --filter "label=com.docker.compose.project=$project" --format '{{.Names}} {{.Ports}}' | grep -- '->' | grep -v '127\.0\.0\.1:'; }
check "what is published is published on this machine only" local_only

say "The source is mounted."
check "it starts from the source" composer "${hot[@]}" up -d --build api web
check "the site answers again" eventually 420 page /robots.txt
before=$(docker inspect --format '{{.Id}} {{.State.StartedAt}}' "$(composer ps -q web)")
sed -i 's/^\( *\)User-agent: \*/\1# changed while it ran\n&/' "$tree/BlogCreator.Web/Public/Robots.cs"
changed() { page /robots.txt | grep "changed while it ran"; }
check "a change of the source shows by itself" eventually 240 changed
check "in the same container" test "$(docker inspect --format '{{.Id}} {{.State.StartedAt}}' "$(composer ps -q web)")" = "$before"
check "nothing was written into the source" test "$(cd "$tree" && find . \( -name obj -o -name bin \) -not -path './artifacts/*' | head -n 1)" = ""
summary
