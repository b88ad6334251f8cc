#!/usr/bin/env bash
# A site with everything that watches it, natively: PostgreSQL, Redis, Api, Web, nginx, the exporters, a Prometheus with our
# configuration and rules, an Alertmanager with our routes, and a webhook that receives. Visitors and authors for two minutes;
# then every expression of the rules and of the dashboard must have an answer. Then PostgreSQL is stopped: the alert must have
# arrived within 90 seconds, and its end after the next start.
#   monitoring.sh            as above
#   monitoring.sh --small    visitors for a minute
# Needs the packages of `.github/install.sh monitoring` and the built services (dotnet build). Where no Elasticsearch can be
# installed its exporter asks lookalikes/elasticsearch.py; Grafana and Jaeger are not there at all. Ends with "N passed, N failed".
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=deploy/tests/lib.sh
. "$here/lib.sh"
seconds=120
case ${1:-} in
"") ;;
--small) seconds=60 ;;
*) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac
cd "$root" || exit 1

configuration=${CONFIGURATION:-debug}
api=$root/artifacts/bin/BlogCreator.Api/$configuration/BlogCreator.Api.dll
web=$root/artifacts/bin/BlogCreator.Web/$configuration/BlogCreator.Web.dll
model=$root/artifacts/bin/model-stub/$configuration/BlogCreator.Benchmarks.ModelStub.dll
[ -f "$model" ] || dotnet build benchmarks/model-stub -v q || true
for file in "$api" "$web" "$model"; do
    [ -f "$file" ] || { echo "There is no $file: dotnet build" >&2; echo "0 passed, 1 failed"; exit 1; }
done
for program in prometheus promtool prometheus-alertmanager prometheus-postgres-exporter prometheus-redis-exporter \
    prometheus-elasticsearch-exporter redis-server nginx python3 busybox setpriv pgbackrest restic jq; do
    command -v "$program" >/dev/null || PATH=$PATH:/usr/sbin command -v "$program" >/dev/null ||
        { echo "$program is not installed. Run .github/install.sh monitoring" >&2; echo "0 passed, 1 failed"; exit 1; }
done
export PATH=$PATH:/usr/sbin
# No postgresql.conf of a distribution, no wrapper of one: the newest server that is there.
postgres_bin=$(dirname "$(find /usr/lib/postgresql -path '*/bin/initdb' | sort -V | tail -n 1)")
python() { python3 "$here/monitoring.py" "$@"; }

work=$(mktemp -d)
chmod 755 "$work"
running=()
cleanup() {
    local pid
    # Those that were started last go first.
    for ((at = ${#running[@]} - 1; at >= 0; at--)); do kill "${running[at]}" 2>/dev/null || true; done
    for pid in "${running[@]}"; do
        for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        kill -KILL "$pid" 2>/dev/null || true
    done
    if [ -n "${KEEP_LOGS:-}" ]; then
        mkdir -p "$KEEP_LOGS"
        cp -r "$work"/*.log "$work"/*.jsonl "$work"/*.txt "$KEEP_LOGS"/ 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# start NAME COMMAND...: in the background, its output in NAME.log; the last PID is in $!.
start() {
    local name=$1
    shift
    "$@" >"$work/$name.log" 2>&1 </dev/null &
    running+=($!)
    eval "pid_$name=$!"
}
# As the user of the database where this runs as root, whom PostgreSQL refuses.
as_postgres=()
[ "$(id -u)" -ne 0 ] || as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups)
# check, and what it says where it passes.
told() {
    local before=$failed
    check "$@"
    [ "$failed" -gt "$before" ] || shown
}
random() { head -c 33 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | head -c 30; }

read -r p_postgres p_redis p_api p_api_metrics p_web p_web_metrics p_http p_https p_edge p_model p_elastic p_es_exporter p_pg_exporter \
    p_redis_exporter p_backup p_prometheus p_alertmanager p_sink < <(python ports 18)
at=127.0.0.1
secrets=$work/secrets
mkdir "$secrets" "$work/bin" "$work/files" "$work/keys" "$work/data" "$work/edge" "$work/certificates" "$work/acme" "$work/socket" "$work/backup"
for secret in postgres-password redis-password monitor-password backup-key elasticsearch-password setup-token; do random >"$secrets/$secret"; done
chmod 755 "$secrets"
chmod 644 "$secrets"/*
if [ "$(id -u)" -eq 0 ]; then
    chown postgres "$work/data" "$work/socket" "$work/backup"
    # The backup reads what Api stores.
    chgrp postgres "$work/files"
    chmod 2755 "$work/files"
fi
token=$(cat "$secrets/setup-token")
database="Host=$at;Port=$p_postgres;Username=postgres;Password=$(cat "$secrets/postgres-password");Database=blogdb"
cache="$at:$p_redis,password=$(cat "$secrets/redis-password")"

# --- The stores ------------------------------------------------------------------------------------------------------------

# Started by the entrypoint of our own image, which makes the user 'monitor'; the image below it is only the server here.
# shellcheck disable=SC2016 # Expanded by that script.
printf '#!/bin/sh\nshift\nexec postgres "$@"\n' >"$work/bin/docker-entrypoint.sh"
cp deploy/postgres/entrypoint "$work/bin/entrypoint"
cp deploy/postgres/backup "$work/bin/backup"
chmod 755 "$work/bin"/*
of_backup=(
    PGDATA="$work/data/pg" PGHOST="$work/socket" PGPORT="$p_postgres" BACKUP_PG_BIN="$postgres_bin" BACKUP_SECRETS="$secrets" BACKUP_REPOSITORY="$work/backup/repository"
    BACKUP_RUN="$work/backup/run" BACKUP_FILES="$work/files" BACKUP_PORT="$p_backup" BACKUP_TICK_SECONDS=5
)
start_postgres() {
    start postgres "${as_postgres[@]}" env "${of_backup[@]}" POSTGRES_PASSWORD_FILE="$secrets/postgres-password" PATH="$work/bin:$postgres_bin:$PATH" "$work/bin/entrypoint" postgres \
        -c "port=$p_postgres" -c listen_addresses=$at -c "unix_socket_directories=$work/socket" -c "archive_command=$work/bin/backup archive \"%p\" # pgbackrest"
    eventually 60 "$postgres_bin/pg_isready" -q -h $at -p "$p_postgres"
}
# As in the image, where the socket asks for the password too; and before the entrypoint runs, as on a site of before.
initialise() {
    "${as_postgres[@]}" "$postgres_bin/initdb" -D "$work/data/pg" -U postgres --auth-local=scram-sha-256 --auth-host=scram-sha-256 --pwfile="$secrets/postgres-password" -E UTF8 --locale=C.UTF-8 &&
        start_postgres && PGPASSWORD=$(cat "$secrets/postgres-password") "$postgres_bin/createdb" -h "$work/socket" -p "$p_postgres" -U postgres blogdb
}
check "PostgreSQL starts" initialise
is_monitor() {
    PGPASSWORD=$(cat "$secrets/monitor-password") "$postgres_bin/psql" -X -A -t -h $at -p "$p_postgres" -U monitor -d blogdb -c "$1"
}
check "its entrypoint makes the user 'monitor'" eventually 30 is_monitor "select 1"
with_another_password() {
    random >"$secrets/monitor-password"
    ! is_monitor "select 1" >/dev/null 2>&1 || return 1
    kill -INT "${pid_postgres:?}"
    wait "$pid_postgres"
    start_postgres && eventually 30 is_monitor "select 1"
}
check "and gives it a new password at its next start" with_another_password

# What Compose runs, with the folder of the secrets and the port of this machine.
script=$(python service redis | tail -n +2 | sed -e "s|/run/secrets|$secrets|g" -e "s|redis-server |redis-server --dir $work --port $p_redis --bind $at |")
# A configuration on standard input comes first on the command line.
script=${script/redis-server --dir $work --port $p_redis --bind $at - /redis-server - --dir $work --port $p_redis --bind $at }
start redis sh -c "$script"
redis() { redis-cli -e -h $at -p "$p_redis" --no-auth-warning --user "$1" --pass "$(cat "$secrets/$2")" "${@:3}"; }
answers_pong() { redis default redis-password ping | grep -q PONG; }
sees_figures() { redis monitor monitor-password info memory | grep -q used_memory; }
check "Redis starts with the command of Compose" eventually 20 answers_pong
check "the user 'monitor' of Redis sees its figures" sees_figures
refused "and not its configuration, where the passwords stand" NOPERM redis monitor monitor-password config get requirepass
refused "nor what is kept in it" NOPERM redis monitor monitor-password get anything

# --- The services ----------------------------------------------------------------------------------------------------------

start model dotnet "$model" --port "$p_model" --delay 0
settings=(
    ASPNETCORE_ENVIRONMENT=Production DOTNET_NOLOGO=1 ConnectionStrings__redis="$cache" DataProtection__Path="$work/keys" Site__BaseUrl="https://blog.example.test:$p_https"
    ForwardedHeaders__TrustedNetworks=127.0.0.0/8 RateLimits__ReadsPerMinute=100000 RateLimits__ApiPerMinute=100000 RateLimits__StudioPerMinute=100000
    RateLimits__UploadsPerHour=100000 RateLimits__GenerationsPerHour=100000 RateLimits__SignInPerMinute=1000 RateLimits__SignInPerAccountPerHour=1000
    # Nobody listens there: traces are made, and that they cannot be delivered harms nobody.
    OTEL_EXPORTER_OTLP_ENDPOINT="http://$at:9" Telemetry__TraceRatio=1
)
check "the database is migrated" env ConnectionStrings__blogdb="$database" Setup__Token="$token" dotnet "$api" migrate
refused "the user 'monitor' of PostgreSQL sees nothing that is kept" "permission denied" is_monitor 'select * from "People"'
start api env "${settings[@]}" ASPNETCORE_URLS="http://$at:$p_api" Management__Port="$p_api_metrics" ConnectionStrings__blogdb="$database" Setup__Token="$token" \
    Storage__Path="$work/files" LanguageModel__Provider=openai-compatible LanguageModel__Endpoint="http://$at:$p_model/v1" LanguageModel__Model=good \
    LanguageModel__InputPrice=100 LanguageModel__OutputPrice=400 LanguageModel__Currency=EUR dotnet "$api"
start web env "${settings[@]}" ASPNETCORE_URLS="http://$at:$p_web" Management__Port="$p_web_metrics" services__api__http__0="http://$at:$p_api" dotnet "$web"
check "Api is well" eventually 120 curl -fsS "http://$at:$p_api/health/ready"
check "Web is well" eventually 120 curl -fsS "http://$at:$p_web/health/ready"
start edge env SITE_DOMAIN=blog.example.test HTTP_LISTEN="$at:$p_http" HTTPS_LISTEN="$at:$p_https" INTERNAL_LISTEN="$at:$p_edge" HTTPS_PORT="$p_https" \
    API_UPSTREAM="$at:$p_api" WEB_UPSTREAM="$at:$p_web" CERTIFICATES="$work/certificates" ACME_ROOT="$work/acme" EDGE_STATE="$work/edge" \
    EDGE_USER="$(id -un)" WORKERS=1 WATCH_SECONDS=2 SHUTDOWN_SECONDS=5 sh deploy/nginx/start.sh
check "nginx serves the site" eventually 30 curl -fsSk --resolve "blog.example.test:$p_https:$at" -o /dev/null "https://blog.example.test:$p_https/"

# --- What watches ----------------------------------------------------------------------------------------------------------

start elasticsearch python3 "$here/lookalikes/elasticsearch.py" "$p_elastic" elastic "$secrets/elasticsearch-password"
start exporter_postgres env DATA_SOURCE_URI="$at:$p_postgres/blogdb?sslmode=disable&connect_timeout=5" DATA_SOURCE_USER=monitor DATA_SOURCE_PASS_FILE="$secrets/monitor-password" \
    prometheus-postgres-exporter --web.listen-address="$at:$p_pg_exporter"
start exporter_redis env REDIS_ADDR="redis://$at:$p_redis" REDIS_USER=monitor REDIS_PASSWORD="$(cat "$secrets/monitor-password")" REDIS_EXPORTER_CONFIG_COMMAND=- \
    prometheus-redis-exporter -web.listen-address "$at:$p_redis_exporter"
start exporter_elasticsearch env ES_USERNAME=elastic ES_PASSWORD="$(cat "$secrets/elasticsearch-password")" \
    prometheus-elasticsearch-exporter --web.listen-address="$at:$p_es_exporter" --es.uri="http://$at:$p_elastic"
start backup "${as_postgres[@]}" env "${of_backup[@]}" "$work/bin/backup" schedule
start sink python3 "$here/monitoring.py" sink "$p_sink" "$work/alerts.jsonl"
: >"$work/alerts.jsonl"

# Debian 12 has Alertmanager 0.25, which cannot read the address from a file.
sed "s|url_file: /run/secrets/alertmanager-webhook|url: http://$at:$p_sink/|" deploy/monitoring/alertmanager/alertmanager.yml >"$work/alertmanager.yml"
start alertmanager prometheus-alertmanager --config.file="$work/alertmanager.yml" --storage.path="$work/alertmanager" --cluster.listen-address= --web.listen-address="$at:$p_alertmanager"
check "Prometheus' configuration is for this machine" python prometheus "$work/prometheus" api=$at:"$p_api_metrics" web=$at:"$p_web_metrics" nginx=$at:"$p_edge" postgres=$at:"$p_pg_exporter" \
    redis=$at:"$p_redis_exporter" elasticsearch=$at:"$p_es_exporter" backup=$at:"$p_backup" alertmanager=$at:"$p_alertmanager" prometheus=$at:"$p_prometheus"
# Started with the arguments of Compose, with other folders.
mapfile -t arguments < <(python service prometheus | sed -e "s|=/etc/prometheus|=$work/prometheus|" -e "s|=/prometheus|=$work/series|")
start prometheus prometheus "${arguments[@]}" --web.listen-address="$at:$p_prometheus"
prometheus=$at:$p_prometheus
check "Prometheus starts" eventually 30 curl -fsS "http://$prometheus/-/ready"

say "        visitors and authors for $seconds seconds"
told "the site does what it is asked" python work "https://blog.example.test:$p_https" "$token" "$seconds"
check "every target answers Prometheus" eventually 60 python targets "$prometheus"
# The longest of the scrapes, and an evaluation after it.
sleep 20
told "the database is backed up" eventually 60 python ask "$prometheus" 'backup_last_success_timestamp_seconds{kind="full"} > 0'
told "every rule was evaluated, and knows the series that it names" python rules "$prometheus"
told "every expression of the dashboard has a result" python dashboard "$prometheus"
told "requests lead to their traces" python exemplars "$prometheus"
# The names of .NET's own series are not ours to choose.
plain() {
    local found=0
    for port in "$p_api_metrics" "$p_web_metrics" "$p_edge" "$p_backup"; do
        path=/metrics
        [ "$port" != "$p_backup" ] || path=/metrics.txt
        curl -fsS "http://$at:$port$path" >"$work/scrape-$port.txt" || return 1
        promtool check metrics <"$work/scrape-$port.txt" 2>&1 | grep -vE '^(dotnet|kestrel|aspnetcore|http_(server|client)|db_client|gen_ai|resilience|nginx_connections)_' && found=1
    done
    [ "$found" -eq 0 ]
}
check "promtool finds no fault in what is scraped" plain
# How fast this machine is, is not the question.
check "nothing fires that should not" sh -c "! curl -fsS 'http://$prometheus/api/v1/query?query=ALERTS%7Balertstate%3D%22firing%22%2Calertname%21~%22Watchdog%7CLatency.*%7CHighLatency%22%7D' | grep -o '\"alertname\":\"[^\"]*\"'"

# --- PostgreSQL stops ------------------------------------------------------------------------------------------------------

arrived() { # STATUS NAME: when, in seconds since 1970
    python3 - "$work/alerts.jsonl" "$1" "$2" <<'END'
import json, sys
for line in open(sys.argv[1]):
    alert = json.loads(line)
    if (alert["status"], alert["name"]) == (sys.argv[2], sys.argv[3]):
        print(int(alert["at"]))
        sys.exit(0)
sys.exit(1)
END
}
check "the dead man's switch is heard" eventually 60 arrived firing Watchdog
stopped=$(date +%s)
kill -INT "${pid_postgres:?}"
check "PostgreSQL is stopped: the alert arrives" eventually 120 arrived firing PostgreSQLDown
after=$(($(arrived firing PostgreSQLDown || echo $((stopped + 999))) - stopped))
say "        after $after seconds"
check "within 90 seconds" test "$after" -le 90
check "and names a page that is there" test -f "$(grep -m1 PostgreSQLDown "$work/alerts.jsonl" | sed 's/.*"runbook_url": "\([^"]*\)".*/\1/')"
told "the site still serves a page from its caches" curl -fsSk --resolve "blog.example.test:$p_https:$at" -o /dev/null -w 'after %{time_total} s\n' "https://blog.example.test:$p_https/"
back=$(date +%s)
check "PostgreSQL starts again" start_postgres
check "its end arrives too" eventually 180 arrived resolved PostgreSQLDown
say "        after $(($(arrived resolved PostgreSQLDown || echo "$back") - back)) seconds"
check "Api is well again by itself" eventually 60 curl -fsS "http://$at:$p_api/health/ready"
# Woken, that is: that the outage has used up some of a budget is a ticket, and right.
consequences() {
    # Long enough for an alert that would still come.
    sleep 60
    ! grep -E '"status": "firing".*"severity": "page"' "$work/alerts.jsonl" | grep -vE '"name": "(PostgreSQLDown|Latency)'
}
check "nobody was woken by what followed from it" consequences
summary
