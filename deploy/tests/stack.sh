#!/usr/bin/env bash
# The production stack for real: both images, two of each service behind nginx with a certificate from an ACME server, the
# main job through HTTPS, then releases under load: one that migrates, one that is broken, one that cannot migrate, one
# whose registry is away, and the way back. Needs a container engine and the base images (README.md beside this file).
#   stack.sh [--quick] [--load SECONDS] [--keep]
#     --quick  watches each release for 10 s instead of two minutes
#     --load   ends with 200 requests a second for so long, with deploy/load/run.sh and its bars
#     --keep   leaves it running
# Ends with "N passed, N failed".
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=deploy/tests/lib.sh
. "$here/lib.sh"

watch_for=120 keep=no load=0
while [ $# -gt 0 ]; do
    case $1 in
    --quick) watch_for=10 ;;
    --keep) keep=yes ;;
    --load) load=${2:-}; shift; [[ $load =~ ^[1-9][0-9]{0,4}$ ]] || { echo "--load needs a number of seconds." >&2; exit 2; } ;;
    *) echo "There is no option '$1'." >&2; exit 2 ;;
    esac
    shift
done

need_docker
registry=127.0.0.1:5055
domain=blog.example.test
project=blogcreator-stack
work=$(mktemp -d)
compose=$work/deploy/compose
export BLOGCREATOR_COMPOSE_FOLDER=$compose COMPOSE_PROJECT_NAME=$project BLOGCREATOR_WATCH_FOR=$watch_for
export BLOGCTL_FILES=$compose/docker-compose.prod.yml:$compose/docker-compose.prod.override.yml
http_port=18080 https_port=18443
base=https://$domain:$https_port
background=()

finish() {
    local pid
    touch "$work/stop"
    [ -z "${traffic_pid:-}" ] || timeout 90 tail --pid="$traffic_pid" -f /dev/null || true
    for pid in "${background[@]}"; do kill "$pid" 2>/dev/null || true; done
    sed "/ # $project\$/d" /etc/hosts >"$work/hosts" && ! cmp -s "$work/hosts" /etc/hosts && cat "$work/hosts" >/etc/hosts
    if [ "$keep" = yes ]; then
        echo "Left running: project $project, files in $work, address $base"
        return
    fi
    if [ -f "$compose/docker-compose.prod.yml" ]; then
        (cd "$compose" && docker-compose -p "$project" -f docker-compose.prod.yml -f docker-compose.prod.override.yml down --volumes --remove-orphans --timeout 5) >"$work/down.log" 2>&1 || tail -n 5 "$work/down.log"
    fi
    docker images --format '{{.Repository}}:{{.Tag}} {{.ID}}' | awk -v r="$registry/" 'index($1, r) == 1 {print $1}' | xargs -r docker image rm -f >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT

# --- a registry of its own, so that images are pulled by digest -------------------------------------------------------------
# Kept between runs where a folder is named: the base images in it are large.
store=${BLOGCREATOR_REGISTRY:-$work/registry}
mkdir -p "$store"
cat >"$work/registry.yml" <<YAML
version: 0.1
storage: {filesystem: {rootdirectory: $store}}
http: {addr: "$registry"}
YAML
docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
background+=($!)
eventually 20 curl -fsS "http://$registry/v2/"

# --- images ---------------------------------------------------------------------------------------------------------------
push() { docker push -q "$1" >/dev/null && docker image inspect --format '{{index .RepoDigests 0}}' "$1"; }
build() { docker build -q -f "$root/BlogCreator.$1/Dockerfile" -t "$2" --build-arg "REVISION=$3" "${4:-$root}" >"$work/build.log" 2>&1; }

say "Building the images."
check "The image of Api builds" build Api "$registry/blogcreator-api:r1" r1
check "The image of Web builds" build Web "$registry/blogcreator-web:r1" r1
check "The image of PostgreSQL with its backups builds" docker build -q -t "$registry/blogcreator-postgres:r1" "$root/deploy/postgres"
check "An ACME client and server are there" sh -c "docker build -q -t certbot/certbot:v5.1.0 '$here/lookalikes/certbot' && docker build -q -t blogcreator-test/pebble '$here/lookalikes/pebble'"

# A release whose migration adds a column, compiled like any other.
next=$work/next
mkdir -p "$next"
(cd "$root" && git ls-files -z --cached --others --exclude-standard -- BlogCreator.Api BlogCreator.Web BlogCreator.Contracts BlogCreator.ServiceDefaults \
    '*.props' global.json BannedSymbols.txt .dockerignore LICENSE | xargs -0 tar c) | tar x -C "$next"
cat >"$next/BlogCreator.Api/Data/PostgresMigrations/29991231000000_Rollout.cs" <<'CS'
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace BlogCreator.Api.Data.PostgresMigrations;

[DbContext(typeof(PostgresBlogDb))]
[Migration("29991231000000_Rollout")]
public sealed class Rollout : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.AddColumn<string>("RolloutNote", "Posts", "text", nullable: true);
}
CS
check "A release with a migration that adds builds" build Api "$registry/blogcreator-api:r2" r2 "$next"

derive() { printf 'FROM %s\n%s\n' "$1" "$3" | docker build -q -t "$2" - >/dev/null; }
# Never ready: a setting it cannot use, so that it refuses to start, again and again.
derive "$registry/blogcreator-api:r2" "$registry/blogcreator-api:broken" 'ENV Jobs__Workers=none'
derive "$registry/blogcreator-web:r1" "$registry/blogcreator-web:r2" 'LABEL release=r2'
derive "$registry/blogcreator-web:r1" "$registry/blogcreator-web:r3" 'LABEL release=r3'
declare -A image
for name in api:r1 api:r2 api:broken web:r1 web:r2 web:r3; do image[$name]=$(push "$registry/blogcreator-$name"); done
docker push -q "$registry/blogcreator-postgres:r1" >/dev/null

# --- files ----------------------------------------------------------------------------------------------------------------
"$here/stack-settings.sh" "$domain" "$registry" "$http_port" "$https_port" >"$work/settings.yaml"
check "generate writes the stack's files" dotnet run --no-build --project "$root/BlogCreator.AppHost" -- generate --settings "$work/settings.yaml" --output "$work"
cat >"$compose/docker-compose.prod.override.yml" <<YAML
services:
  api: {environment: &loose {RateLimits__UploadsPerHour: "100000", RateLimits__ApiPerMinute: "100000", RateLimits__ReadsPerMinute: "100000", RateLimits__StudioPerMinute: "100000", RateLimits__GenerationsPerHour: "1000"}}
  web: {environment: *loose}
  nginx: {environment: {REQUESTS_PER_SECOND: "10000", CONNECTIONS_PER_ADDRESS: "1000"}}
  certbot: {environment: {ACME_SERVER: "https://pebble:14000/dir", REQUESTS_CA_BUNDLE: /shared/pebble.pem}, volumes: ["pebble:/shared:ro"]}
  pebble:
    image: blogcreator-test/pebble
    environment: {EDGE: nginx}
    networks: [egress, public]
    volumes: ["pebble:/shared"]
volumes: {pebble: {}}
YAML
check "blogctl makes the secrets" "$root/deploy/blogctl" init
printf 'a token for tests of the set-up' >"$compose/secrets/setup-token"
check "Compose takes the files without .env" sh -c "cd '$compose' && docker-compose -f docker-compose.prod.yml config -q"

# The look-alike's tag, and the release of PostgreSQL that was built above.
printf 'REDIS_IMAGE=redis:8\n' >"$compose/.env"

# --- first start ----------------------------------------------------------------------------------------------------------
rollout() { "$root/deploy/rollout.sh" "$@"; }
in_service() { docker ps -q --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1" | xargs -r docker inspect --format '{{.Config.Image}}'; }
serves() { [ "$(in_service "$1" | sort | uniq -c | awk '{print $1, $2}')" = "2 $2" ] || { in_service "$1"; return 1; }; }
container() { docker ps -q --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1" | head -n 1; }
# shellcheck disable=SC2016 # Expanded in the container, so that the password is not seen outside.
sql() { docker exec "$(container postgres)" sh -c 'PGPASSWORD=$(cat /run/secrets/postgres-password) exec psql -U postgres -d blogdb -qAtc "$1"' - "$1"; }
# shellcheck disable=SC2046 # ids, one a word
healthy() { [ "$(docker inspect --format '{{.State.Health.Status}}' $(docker ps -q --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1") | sort -u)" = healthy ]; }

say "Starting the stack."
check "The first release starts" rollout deploy --api "${image[api:r1]}" --web "${image[web:r1]}"
# shellcheck disable=SC2154 # Counted in lib.sh.
[ "$failed" -eq 0 ] || { tail -n 40 "$compose/state/up.log"; summary; exit 1; }
check "Two of Api serve" serves api "${image[api:r1]}"
check "Two of Web serve" serves web "${image[web:r1]}"
for service in postgres redis api web nginx; do check "$service becomes healthy" eventually 90 healthy "$service"; done

issuer() { echo | openssl s_client -connect "127.0.0.1:$https_port" -servername "$domain" 2>/dev/null | openssl x509 -noout -issuer | grep -qi pebble; }
check "nginx serves a certificate that the ACME server issued" eventually 180 issuer
docker exec "$(container pebble)" true
docker run --rm --network "container:$(container pebble)" --entrypoint curl blogcreator-test/pebble -sk https://127.0.0.1:15000/roots/0 >"$work/root.pem"
check "The chain is the ACME server's" openssl verify -CAfile "$work/root.pem" -untrusted <(echo | openssl s_client -showcerts -connect "127.0.0.1:$https_port" -servername "$domain" 2>/dev/null) <(echo | openssl s_client -connect "127.0.0.1:$https_port" -servername "$domain" 2>/dev/null | openssl x509)

say "The main job through HTTPS."
check "Upload, generate, publish and read with evidence" sh -c "'$here/main_job.py' --base '$base' --ca '$work/root.pem' --token 'a token for tests of the set-up' >'$work/key'"
key=$(cat "$work/key" 2>/dev/null || true)
if [ -z "$key" ]; then docker logs --tail 30 "$(container api)"; summary; exit 1; fi

outside() { curl -sS -o /dev/null -w '%{http_code}' --max-time 10 "$@"; }
check "/metrics is closed from outside" test "$(outside --cacert "$work/root.pem" --connect-to "::127.0.0.1:" "$base/metrics")" = 404
check "Plain HTTP to the API is refused, not redirected" test "$(outside -H "Host: $domain" "http://127.0.0.1:$http_port/api/v1/public/posts")" = 403
check "Pages are redirected to HTTPS" test "$(outside -H "Host: $domain" "http://127.0.0.1:$http_port/")" = 301

# --- secrets --------------------------------------------------------------------------------------------------------------
ids() { docker ps -aq --filter "label=com.docker.compose.project=$project"; }
secret_seen() {
    local file value found=0
    for file in "$compose"/secrets/*; do
        value=$(cat "$file")
        [ "${#value}" -ge 12 ] || continue
        # shellcheck disable=SC2046
        docker inspect $(ids) | grep -qF "$value" && { echo "docker inspect shows $(basename "$file")"; found=1; }
        for id in $(ids); do docker logs "$id" 2>&1 | grep -qF "$value" && { echo "the log of $(docker inspect -f '{{.Name}}' "$id") shows $(basename "$file")"; found=1; }; done
        docker history --no-trunc "${image[api:r1]}" | grep -qF "$value" && { echo "the image shows $(basename "$file")"; found=1; }
    done
    return "$found"
}
check "No secret is in docker inspect, in a log or in an image" secret_seen
nothing_published() { ! docker ps --filter "label=com.docker.compose.project=$project" --format '{{.Names}} {{.Ports}}' | grep -- '->' | grep -v _nginx_; }
check "Nothing is published but nginx" nothing_published
backed_up() { { "$root/deploy/blogctl" status || true; } | grep -E "^$1 .* ago" >/dev/null; }
for what in database files keys; do check "There is a backup: $what" eventually 120 backed_up "$what"; done

# --- releases under load --------------------------------------------------------------------------------------------------
traffic() {
    rm -f "$work/stop"
    "$here/traffic.py" --base "$base" --ca "$work/root.pem" --key "$key" --stop "$work/stop" --report "$work/report.json" >"$work/traffic.log" 2>&1 &
    traffic_pid=$!
    background+=("$traffic_pid")
}
say "Sixteen connections and three sockets begin."
traffic
check "A release with a migration goes into service" rollout deploy --api "${image[api:r2]}" --web "${image[web:r2]}"
check "It serves" serves api "${image[api:r2]}"
check "Its column is there" test "$(sql "SELECT count(*) FROM information_schema.columns WHERE column_name = 'RolloutNote'")" = 1
refused "A release that never gets ready is taken back" "release before is in service" rollout deploy --api "${image[api:broken]}" --web "${image[web:r3]}"
check "The release before it serves" serves api "${image[api:r2]}"
# Whoever started it has lost their connection.
setsid "$root/deploy/rollout.sh" deploy --api "${image[api:r2]}" --web "${image[web:r3]}" >"$work/killed.log" 2>&1 &
half_way=$!
more_than_two() { [ "$(in_service api | wc -l)" -gt 2 ]; }
check "A release begins" eventually 90 more_than_two
kill -KILL -- "-$half_way"
wait "$half_way" 2>/dev/null || true
third() { rollout deploy --api "${image[api:r2]}" --web "${image[web:r3]}" 2>&1 | tee "$work/third.log"; }
check "A third release goes into service" third
check "It removed what the one that was killed had started" grep "was killed" "$work/third.log"
check "It serves too" serves web "${image[web:r3]}"

sql 'DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" LIKE '"'2999%'" >/dev/null
refused "A migration that fails stops the release before anything is switched" "migration failed" rollout deploy --api "${image[api:r2]}" --web "${image[web:r3]}"
check "The site is as it was" serves web "${image[web:r3]}"
sql "INSERT INTO \"__EFMigrationsHistory\" VALUES ('29991231000000_Rollout', '10.0.0')" >/dev/null
refused "A registry that is away stops the release before anything is changed" "cannot be pulled" rollout deploy --api "127.0.0.1:1/blogcreator-api:r9" --web "${image[web:r3]}"
check "The way back works" rollout rollback
check "The release before serves again" serves web "${image[web:r2]}"
touch "$work/stop"
wait "$traffic_pid" || true
cat "$work/traffic.log"

report() { python3 -c "import json,sys; r=json.load(open('$work/report.json')); $1"; }
report "
for kind, found in r['kinds'].items(): print('          ', kind, found)
print('           uploads', r['uploads'], 'sockets back after', r['socketGaps'])" || true
check "No request failed in all of this" report "sys.exit('\n'.join(r['failures'][:20]) if r['failures'] else 0)"
check "No accepted upload is lost" report "sys.exit('lost: %s' % r['lostUploads'] if r['lostUploads'] or r['uploads'] < 20 else 0)"
check "Sockets were back within three seconds" report "sys.exit('%s' % r['socketGaps'] if not r['socketGaps'] or max(r['socketGaps']) > 3 else 0)"

# shellcheck disable=SC2046
check "Nothing was killed for want of memory or started anew" sh -c "! docker inspect --format '{{.Name}} {{.RestartCount}} {{.State.OOMKilled}}' $(ids | tr '\n' ' ') | grep -v ' 0 false'"
[ -n "${BLOGCREATOR_KEEP_REPORT:-}" ] && cp "$work/report.json" "$BLOGCREATOR_KEEP_REPORT"

if [ "$load" -gt 0 ]; then
    say "200 requests a second for $load s."
    echo "127.0.0.1 $domain # $project" >>/etc/hosts
    check "There are posts to read" docker exec "$(container api)" dotnet BlogCreator.Api.dll seed --posts 300 --yes
    check "All is answered within 2 s, and 95 of 100 reads and searches within 300 ms" env LOAD_KEY="$key" \
        "$root/deploy/load/run.sh" --base "$base" --ca "$work/root.pem" --duration "$load" --rate 200 --report "$root/artifacts/load"
    sed 's/^/          /' "$root/artifacts/load/report.md"
fi
summary
