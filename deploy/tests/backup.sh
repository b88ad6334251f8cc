#!/usr/bin/env bash
# Backups on real containers: builds the image of the database, runs it and the backups as the Compose file of production
# does, fills it, drops a table, and brings everything back with blogctl. Ends with "N passed, N failed".
set -euo pipefail

usage() {
    echo "usage: deploy/tests/backup.sh [--size 50M|1G] [--keep]"
    echo "  --size SIZE   how much the database holds (default 50M)"
    echo "  --keep        leaves the containers running"
    echo "Needs docker, docker-compose and the image postgres:18 (POSTGRES_IMAGE names another)."
}

size=50M keep=no
while [ $# -gt 0 ]; do
    case $1 in
        --size)
            size=${2:?--size needs a size}
            shift 2
            ;;
        --keep)
            keep=yes
            shift
            ;;
        -h | --help)
            usage
            exit 0
            ;;
        *)
            usage >&2
            exit 2
            ;;
    esac
done
case $size in
    *M) megabytes=${size%M} ;;
    *G) megabytes=$((${size%G} * 1024)) ;;
    *)
        usage >&2
        exit 2
        ;;
esac

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
export COMPOSE_PROJECT_NAME=backuptest$$ BLOGCTL_FILES=$work/docker-compose.yml
image=$COMPOSE_PROJECT_NAME-postgres

compose() {
    if docker compose version >/dev/null 2>&1; then
        docker compose -f "$work/docker-compose.yml" "$@"
    else
        docker-compose --log-level ERROR -f "$work/docker-compose.yml" "$@"
    fi
}

clean() {
    if [ "$keep" = yes ]; then
        echo "kept: project $COMPOSE_PROJECT_NAME, $work"
        return
    fi
    compose down -v -t 5 >/dev/null 2>&1 || true
    docker image rm "$image" >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap clean EXIT

# shellcheck source=deploy/tests/lib.sh
. "$here/lib.sh"

blogctl() { "$here/../blogctl" "$@"; }
container() { docker ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" --filter "label=com.docker.compose.service=$1"; }
sql() { docker exec -i "$(container postgres)" sh -c 'PGPASSWORD=$(cat /run/secrets/postgres-password) exec psql -X -qAt -v ON_ERROR_STOP=1 -U postgres -d blogdb'; }
healthy() {
    local end=$((SECONDS + ${2:-180}))
    until [ "$(docker inspect --format '{{.State.Health.Status}}' "$(container "$1")")" = healthy ]; do
        [ "$SECONDS" -lt "$end" ] || {
            docker logs --tail 20 "$(container "$1")"
            return 1
        }
        sleep 0.5
    done
}
told() { docker exec "$(container backup)" backup metrics | awk -v name="$1" '$1 == name { print $2 }'; }
first_full() {
    local end=$((SECONDS + 900))
    until [ "$(told 'backup_last_success_timestamp_seconds{kind="full"}' 2>/dev/null || echo 0)" -gt 0 ] 2>/dev/null; do
        [ "$SECONDS" -lt "$end" ] || {
            docker logs --tail 20 "$(container backup)"
            return 1
        }
        sleep 1
    done
}
kept() {
    local end=$((SECONDS + 300))
    until [ "$(told "backup_last_success_timestamp_seconds{kind=\"$1\"}")" -gt 0 ]; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 1
    done
}
fingerprint() { echo 'SELECT count(*), sum(hashtextextended(t::text, 0)) FROM filler t; SELECT count(*), sum(hashtextextended(t::text, 0)) FROM later t' | sql; }
in_files() { docker run --rm -i --user 1654:1654 --network none -v "${COMPOSE_PROJECT_NAME}_files:/data/files" --entrypoint sh "$image" -c "$1"; }

cat >"$work/docker-compose.yml" <<YAML
services:
  postgres:
    image: $image
    environment:
      POSTGRES_PASSWORD_FILE: /run/secrets/postgres-password
      POSTGRES_USER: postgres
      POSTGRES_DB: blogdb
      POSTGRES_INITDB_ARGS: "--auth-host=scram-sha-256 --auth-local=scram-sha-256"
    secrets: [postgres-password, backup-key]
    volumes: ["postgres:/var/lib/postgresql", "postgres-socket:/var/run/postgresql", "backup-repository:/var/lib/backup"]
    networks: [data]
    read_only: true
    tmpfs: [/tmp]
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    restart: unless-stopped
  backup:
    image: $image
    command: backup schedule
    user: root
    cap_drop: [ALL]
    cap_add: [DAC_READ_SEARCH, SETGID, SETUID]
    environment:
      BACKUP_TICK_SECONDS: "2"
      BACKUP_RETRY_SECONDS: "30"
    secrets: [postgres-password, backup-key]
    volumes:
      - postgres:/var/lib/postgresql
      - postgres-socket:/var/run/postgresql
      - backup-repository:/var/lib/backup
      - files:/data/files:ro
      - keys:/data/keys:ro
    networks: [data]
    read_only: true
    tmpfs: [/tmp]
    security_opt: ["no-new-privileges:true"]
    healthcheck:
      test: ["CMD", "backup", "healthcheck"]
      interval: 5s
    restart: unless-stopped
networks:
  data:
    internal: true
volumes:
  postgres:
  postgres-socket:
  backup-repository:
  files:
  keys:
secrets:
  postgres-password:
    file: ./secrets/postgres-password
  backup-key:
    file: ./secrets/backup-key
  sentry-dsn:
    file: ./secrets/sentry-dsn
YAML

echo "== image and start"
if ! docker build -q -t "$image" --build-arg POSTGRES_IMAGE="${POSTGRES_IMAGE:-postgres:18}" "$here/../postgres" >"$work/build" 2>&1; then
    cat "$work/build"
    fail "image builds"
    summary
    exit
fi
pass "image builds"
check "blogctl init makes the secrets" blogctl init
compose up -d postgres >"$work/up" 2>&1 || cat "$work/up"
check "database starts: read-only, without capabilities" healthy postgres

echo "== $megabytes MB of data"
sql >/dev/null <<SQL
CREATE TABLE filler (id bigint PRIMARY KEY, body text NOT NULL);
INSERT INTO filler SELECT g, (SELECT string_agg(md5(g::text || i::text), '') FROM generate_series(1, 28) i) FROM generate_series(1, $megabytes * 1000) g;
CREATE TABLE "Documents" ("Sha256" text NOT NULL);
SQL
echo "the database has $(echo "SELECT pg_size_pretty(pg_database_size('blogdb'))" | sql)"
# As Api does: owned by 1654, readable for its group; the keys for nobody else at all.
docker run --rm --user root --network none -v "${COMPOSE_PROJECT_NAME}_files:/data/files" -v "${COMPOSE_PROJECT_NAME}_keys:/data/keys" --entrypoint sh "$image" -c \
    'chown 1654:1654 /data/files /data/keys; chmod 0700 /data/keys; echo "<key/>" >/data/keys/key-1.xml; chmod 0600 /data/keys/key-1.xml; chown 1654:1654 /data/keys/key-1.xml'
original=$(echo "an original file" | sha256sum | cut -d ' ' -f 1)
stored=/data/files/${original:0:2}/${original:2:2}/$original
in_files "umask 0027; mkdir -m 0755 -p /data/files/${original:0:2} $(dirname "$stored"); echo 'an original file' >$stored; chmod 0640 $stored"
echo "INSERT INTO \"Documents\" VALUES ('$original')" | sql

compose up -d backup >"$work/up" 2>&1 || cat "$work/up"
start=$SECONDS
check "the schedule makes a first full backup by itself" first_full
echo "first full backup after $((SECONDS - start)) s"
check "original files are kept" kept files
check "keys are kept, which only their owner may read" kept keys
check "the container of the backups is healthy" healthy backup
# shellcheck disable=SC2016 # Expanded in the container.
check "metrics are served" docker exec "$(container backup)" sh -c 'busybox wget -q -O - http://127.0.0.1:9187/metrics.txt | grep -q "^backup_repository_bytes"'
if command -v promtool >/dev/null; then
    docker exec "$(container backup)" backup metrics >"$work/metrics"
    check "metrics are as Prometheus wants them" promtool check metrics <"$work/metrics"
fi

key=$(cat "$work/secrets/backup-key")
is() { [ "$1" = "$2" ] || {
    printf 'is:        %s\nshould be: %s\n' "$1" "$2"
    return 1
}; }
seen() { ! { docker inspect "$(container backup)" "$(container postgres)"; docker top "$(container backup)"; docker top "$(container postgres)"; docker logs "$(container backup)"; docker logs "$(container postgres)"; } 2>&1 | grep -qF -e "$key" -e "$(cat "$work/secrets/postgres-password")"; }
check "no secret is in docker inspect, arguments or logs" seen

echo "== point-in-time restore"
echo "CREATE TABLE later AS SELECT g AS id, md5(g::text) AS body FROM generate_series(1, 50000) g" | sql
before=$(fingerprint)
sleep 1.1
at=$(echo "SELECT now()" | sql)
sleep 1.1
echo 'DROP TABLE filler; DROP TABLE later' | sql
in_files "rm $stored"
refused "the tables are gone" "does not exist" fingerprint
start=$(date +%s.%N)
check "blogctl restore --to \"$at\"" blogctl restore --to "$at" --yes
seconds=$(echo "$(date +%s.%N) $start" | awk '{ printf "%.1f", $1 - $2 }')
cat "$work/out"
back=$(sed -n 's/^The database is back after \([0-9]*\) s$/\1/p' "$work/out")
check "row counts and hashes are equal: ${before//$'\n'/, }" is "$(fingerprint 2>&1)" "$before"
echo "$size: $seconds s in all, with the checks before, originals and the wait for healthy services"
echo "the database was back ${back:-?} s after the site was stopped"
check "in under 60 s" awk "BEGIN { exit !($seconds < 60) }"
check "the original that was missing is back, its owner's" is "$(in_files "stat -c '%u %a' $stored; sha256sum <$stored | cut -c1-64" | xargs)" "1654 640 $original"

echo "== what must not be restored"
started=$(docker inspect --format '{{.State.StartedAt}}' "$(container postgres)")
chmod u+w "$work/secrets/backup-key"
printf 'another' >"$work/secrets/backup-key"
refused "a wrong key is refused" "does not open the repository" blogctl restore --to latest --yes
printf '%s' "$key" >"$work/secrets/backup-key"
chmod 0444 "$work/secrets/backup-key"
refused "a time before the first backup is refused" "oldest backup" blogctl restore --to "2001-01-01 00:00:00+00" --yes
refused "a time to come is refused" "in the future" blogctl restore --to "2101-01-01 00:00:00+00" --yes
refused "what is no time is refused" "not a time" blogctl restore --to "yesterdayish" --yes
check "meanwhile the database ran on" is "$(docker inspect --format '{{.State.StartedAt}}' "$(container postgres)") $(fingerprint)" "$started $before"

echo "== rotation, drill, verify"
inode=$(stat -c %i "$work/secrets/postgres-password")
old=$(cat "$work/secrets/postgres-password")
check "blogctl rotate postgres-password" blogctl rotate postgres-password
check "it is another" [ "$(cat "$work/secrets/postgres-password")" != "$old" ]
check "it stands in the same file, and works" is "$(stat -c %i "$work/secrets/postgres-password") $(fingerprint)" "$inode $before"
# What a kill between the file and the database leaves behind.
cp "$work/secrets/postgres-password" "$work/secrets/postgres-password.before"
chmod u+w "$work/secrets/postgres-password"
printf 'never-told-the-database' >"$work/secrets/postgres-password"
check "a rotation after one that was killed half-way" blogctl rotate postgres-password
check "nothing is left of it, and the password works" is "$([ -e "$work/secrets/postgres-password.before" ] && echo left) $(fingerprint)" " $before"
check "blogctl backup diff, with the new password" blogctl backup diff
echo "INSERT INTO \"Documents\" VALUES ('$(printf 'f%.0s' $(seq 64))')" | sql
refused "the drill notices an original that no snapshot has" "missing: ffff" blogctl drill
echo "DELETE FROM \"Documents\" WHERE \"Sha256\" LIKE 'ffff%'" | sql
refused "blogctl status says so" "drill: failed" blogctl status
check "blogctl drill" blogctl drill
cat "$work/out"
check "the drill is told as a metric" [ "$(told restore_drill_last_success_timestamp_seconds)" -gt 0 ]
check "blogctl verify" blogctl verify
check "blogctl export" blogctl export "$work/blog.dump"
check "the export can be read" docker run --rm -i --network none --entrypoint pg_restore "$image" --list <"$work/blog.dump"
check "back to a time before the rotation, the password of now holds" blogctl restore --to "$at" --yes
check "again everything is equal" is "$(fingerprint 2>&1)" "$before"
check "the container of the backups is healthy again" healthy backup
check "blogctl backups" blogctl backups
cat "$work/out"
check "blogctl status: all well" grep -q "^All well" <(blogctl status)
blogctl status >"$work/out" || true
cat "$work/out"

summary
