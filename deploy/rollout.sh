#!/usr/bin/env bash
# Puts a new release on this host beside the running one, sends the visitors over when it has shown that it works, and
# goes back by itself when it has not. Nobody who reads, writes or uploads meanwhile notices.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${BLOGCREATOR_COMPOSE_FOLDER:-$here/compose}
project=${COMPOSE_PROJECT_NAME:-blogcreator}
state=$folder/state
settings=$folder/.env
releases=$state/releases
in_service=$state/in-service
services=(api web)

# Seconds. A release that is not ready by then is broken; one that was switched to is watched for so long.
ready_within=${BLOGCREATOR_READY_WITHIN:-180}
watch_for=${BLOGCREATOR_WATCH_FOR:-120}
stop_within=90
kept_releases=3

usage() {
    cat <<'TEXT'
Usage: deploy/rollout.sh COMMAND

  deploy [--api IMAGE] [--web IMAGE] [--no-pull]
             brings these images into service, by digest where the registry gave one; without images it starts the
             ones in service anew, with the Compose file and the secrets as they are now
  rollback   brings the release before the current one back into service
  status     what is in service, and what was before

What happens: pull; migrate the database (only adding to it); start the new containers beside the old ones; wait until
each is ready; try them out; switch nginx over; watch for two minutes; stop the old ones when they have finished what
they do. Anything that goes wrong before the switch leaves the site as it was, anything after it is switched back.

Environment: BLOGCREATOR_READY_WITHIN and BLOGCREATOR_WATCH_FOR in seconds (180, 120), COMPOSE_PROJECT_NAME (blogcreator),
BLOGCREATOR_COMPOSE_FOLDER (deploy/compose).
TEXT
}

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
fail() {
    printf '%s  %s\n' "$(date +%H:%M:%S)" "$*" >&2
    exit 1
}

if docker compose version >/dev/null 2>&1; then
    composer=(docker compose)
elif command -v docker-compose >/dev/null; then
    composer=(docker-compose)
else
    fail "Docker Compose is not installed. Install docker-compose-plugin, or Debian's docker-compose."
fi

files=(-f "$folder/docker-compose.prod.yml")
[ -f "$folder/docker-compose.prod.override.yml" ] && files+=(-f "$folder/docker-compose.prod.override.yml")

# --compatibility: without it the older docker-compose takes no notice of replicas and limits.
compose() { (cd "$folder" && "${composer[@]}" --compatibility --project-name "$project" "${files[@]}" "$@"); }

containers() { docker ps --no-trunc --quiet --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1" --filter "label=com.docker.compose.oneoff=False" "${@:2}"; }
name_of() { docker inspect --format '{{.Name}}' "$1" | sed 's#^/##'; }
addresses() {
    local ids=("$@") list=() id
    for id in "${ids[@]}"; do list+=("$(name_of "$id"):8080"); done
    (IFS=,; printf '%s' "${list[*]}")
}

nginx() { containers nginx | head -n 1; }

switch_to() {
    local edge
    edge=$(nginx)
    [ -n "$edge" ] || { say "nginx does not run, so there is nobody to switch."; return 1; }
    docker exec "$edge" sh /etc/nginx/blogcreator/switch.sh "$@"
}

setting() { if [ -f "$settings" ]; then sed -n "s/^$1=//p" "$settings" | tail -n 1; fi; }

# Written whole or not at all: a deploy that is killed leaves the release before in the file.
remember() {
    local api=$1 web=$2 draft
    draft=$(mktemp "$folder/.env.XXXXXX")
    if [ -f "$settings" ]; then sed -E '/^(API_IMAGE|WEB_IMAGE)=/d' "$settings" >"$draft"; fi
    printf 'API_IMAGE=%s\nWEB_IMAGE=%s\n' "$api" "$web" >>"$draft"
    chmod 0640 "$draft"
    mv "$draft" "$settings"
    printf '%s api=%s web=%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$api" "$web" >>"$releases"
    shift 2
    printf '%s\n' "$@" >"$in_service.new"
    mv "$in_service.new" "$in_service"
}

# The containers of the release in service. Others are of a rollout that was killed; where none is known, all are.
serving() {
    local known
    known=$(containers "$1" | grep -xF -f "$in_service" 2>/dev/null || true)
    if [ -n "$known" ]; then printf '%s\n' "$known"; else containers "$1"; fi
}

# A tag can be moved to another image; a digest cannot.
pinned() {
    local digests digest
    digests=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$1" 2>/dev/null || true)
    digest=$(grep -m 1 -F "${1%@*}" <<<"$digests" || head -n 1 <<<"$digests")
    printf '%s' "${digest:-$1}"
}

fetch() {
    local image=$1
    if [ "$pull" = yes ] && ! docker pull --quiet "$image" >"$state/pull.log" 2>&1; then
        fail "The image $image cannot be pulled: $(tail -n 1 "$state/pull.log") Nothing was changed. Is the registry up, is this host signed in to it (docker login), is the name right?"
    fi
    docker image inspect "$image" >/dev/null 2>&1 || fail "There is no image $image on this host. Nothing was changed."
}

# Asks the service itself, inside its container: nothing else has to be able to reach it.
is_ready() { docker exec "$1" dotnet "$2" healthcheck ready >/dev/null 2>&1; }
assembly() { case $1 in api) echo BlogCreator.Api.dll ;; web) echo BlogCreator.Web.dll ;; esac; }

wait_ready() {
    local id=$1 service=$2 until=$((SECONDS + ready_within))
    while ! is_ready "$id" "$(assembly "$service")"; do
        if [ "$(docker inspect --format '{{.State.Status}} {{.RestartCount}}' "$id" 2>/dev/null)" != "running 0" ]; then
            say "$(name_of "$id") stopped by itself. Its last words:"
            docker logs --tail 15 "$id" 2>&1 | sed 's/^/          /' >&2
            return 1
        fi
        if [ "$SECONDS" -ge "$until" ]; then
            say "$(name_of "$id") was not ready within $ready_within seconds. Its last words:"
            docker logs --tail 15 "$id" 2>&1 | sed 's/^/          /' >&2
            return 1
        fi
        sleep 1
    done
}

# From nginx, the way a visitor's request comes, but to this one container.
try_out() {
    local id=$1 service=$2 path paths edge
    edge=$(nginx)
    case $service in
    api) paths=(/health/ready "/api/v1/public/posts?pageSize=1") ;;
    web) paths=(/health/ready / /feed.xml) ;;
    esac
    for path in "${paths[@]}"; do
        if ! docker exec "$edge" curl --silent --show-error --fail --max-time 20 --output /dev/null \
            --header "X-Forwarded-Proto: https" "http://$(name_of "$id"):8080$path"; then
            say "$(name_of "$id") did not answer $path as it should."
            return 1
        fi
    done
}

remove() {
    [ $# -gt 0 ] || return 0
    docker stop --time "$stop_within" "$@" >/dev/null
    docker rm "$@" >/dev/null
}

# What nginx could not get an answer for, or got a failure, since a moment.
failures_since() {
    docker logs --since "$1" "$(nginx)" 2>/dev/null | grep -cE '"(http\.response\.)?status(_code)?":"?5[0-9][0-9]' || true
}

bring_into_service() {
    local api=$1 web=$2 migrate=$3 service id
    local -A old new
    for service in "${services[@]}"; do old[$service]=$(serving "$service" | tr '\n' ' '); done

    if [ -z "${old[api]}" ] || [ -z "${old[web]}" ] || [ -z "$(nginx)" ]; then
        say "Nothing is in service yet: starting everything."
        API_IMAGE=$api WEB_IMAGE=$web compose up -d >"$state/up.log" 2>&1 || {
            tail -n 20 "$state/up.log" >&2
            fail "The stack did not start; the whole output is in $state/up.log."
        }
        for service in "${services[@]}"; do
            for id in $(containers "$service"); do wait_ready "$id" "$service" || fail "The first start failed. What is running is left for you to look at: docker logs $(name_of "$id")"; done
        done
        # shellcheck disable=SC2046 # ids, one a word
        remember "$api" "$web" $(containers api) $(containers web)
        say "In service."
        return
    fi

    if [ "$migrate" = yes ]; then
        say "Migrating the database."
        if ! API_IMAGE=$api WEB_IMAGE=$web compose run --rm --no-deps -T migrate >"$state/migrate.log" 2>&1; then
            tail -n 8 "$state/migrate.log" | sed 's/^/          /' >&2
            fail "The migration failed, so the release before goes on as it was. The whole output is in $state/migrate.log."
        fi
    fi

    # From here on nginx must not take up by itself what is not ready yet.
    # shellcheck disable=SC2086 # ids, one a word
    switch_to "api=$(addresses ${old[api]})" "web=$(addresses ${old[web]})" >/dev/null || fail "nginx cannot be told where to send requests. Nothing was changed."

    local left=()
    for service in "${services[@]}"; do
        for id in $(containers "$service" --all); do [[ " ${old[$service]} " == *" $id "* ]] || left+=("$id"); done
    done
    if [ "${#left[@]}" -gt 0 ]; then
        say "A rollout before this one was killed. What it had started is removed."
        remove "${left[@]}"
    fi

    go_back() {
        trap - INT TERM
        # shellcheck disable=SC2086
        switch_to "api=$(addresses ${old[api]})" "web=$(addresses ${old[web]})" >/dev/null || say "nginx could not be switched back: look at docker logs $(name_of "$(nginx)")."
        local started=()
        for service in "${services[@]}"; do
            for id in $(containers "$service" --all); do [[ " ${old[$service]} " == *" $id "* ]] || started+=("$id"); done
        done
        remove "${started[@]}"
        switch_to default >/dev/null || true
        fail "$1 The release before is in service, as it was."
    }
    trap 'go_back "Interrupted."' INT TERM

    say "Starting the new release beside the old one."
    local scale=()
    for service in "${services[@]}"; do scale+=(--scale "$service=$((2 * $(wc -w <<<"${old[$service]}")))"); done
    API_IMAGE=$api WEB_IMAGE=$web compose up -d --no-deps --no-recreate "${scale[@]}" "${services[@]}" >"$state/up.log" 2>&1 || {
        tail -n 8 "$state/up.log" | sed 's/^/          /' >&2
        go_back "The new containers could not be started."
    }
    for service in "${services[@]}"; do
        new[$service]=""
        for id in $(containers "$service" --all); do [[ " ${old[$service]} " == *" $id "* ]] || new[$service]+="$id "; done
        [ -n "${new[$service]}" ] || go_back "No new container of $service was started."
    done
    for service in "${services[@]}"; do
        for id in ${new[$service]}; do
            wait_ready "$id" "$service" || go_back "The new release does not get ready."
            try_out "$id" "$service" || go_back "The new release does not work."
        done
    done

    say "Ready. Switching over."
    local since
    since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    # shellcheck disable=SC2086
    switch_to "api=$(addresses ${new[api]})" "web=$(addresses ${new[web]})" >/dev/null || go_back "nginx did not take the new release."

    say "Watching it for $watch_for seconds."
    local until=$((SECONDS + watch_for)) failed
    while [ "$SECONDS" -lt "$until" ]; do
        for service in "${services[@]}"; do
            for id in ${new[$service]}; do
                [ "$(docker inspect --format '{{.State.Status}} {{.RestartCount}}' "$id")" = "running 0" ] || go_back "$(name_of "$id") stopped by itself after the switch."
                try_out "$id" "$service" || go_back "The new release stopped working."
            done
        done
        failed=$(failures_since "$since")
        [ "$failed" -lt "${BLOGCREATOR_MOST_FAILURES:-5}" ] || go_back "$failed requests were answered with a failure after the switch."
        sleep 2
    done

    # shellcheck disable=SC2086
    remember "$api" "$web" ${new[api]} ${new[web]}
    trap - INT TERM
    say "Stopping the old release, which finishes what it does."
    # shellcheck disable=SC2086
    remove ${old[api]} ${old[web]}
    # The names again, so that a container that is started anew is found by itself.
    switch_to default >/dev/null || say "nginx keeps the addresses of this release; that does no harm until its containers are replaced."
    forget_old_images
    say "In service: $(sed -n '$p' "$releases")"
}

# Whatever a rollback could need stays.
forget_old_images() {
    local keep image
    keep=$(tail -n "$kept_releases" "$releases" | tr ' ' '\n' | sed -n 's/^[a-z]*=//p')
    head -n "-$kept_releases" "$releases" | tr ' ' '\n' | sed -n 's/^[a-z]*=//p' | sort -u | while read -r image; do
        grep -qxF "$image" <<<"$keep" || docker image rm "$image" >/dev/null 2>&1 || true
    done
}

deploy() {
    local api web
    api=$(setting API_IMAGE) web=$(setting WEB_IMAGE)
    pull=yes
    local given=no
    while [ $# -gt 0 ]; do
        case $1 in
        --api) api=${2:?--api needs an image}; given=yes; shift 2 ;;
        --web) web=${2:?--web needs an image}; given=yes; shift 2 ;;
        --no-pull) pull=no; shift ;;
        *) usage >&2; fail "There is no option '$1'." ;;
        esac
    done
    if [ -z "$api" ] || [ -z "$web" ]; then fail "Name the images of the first release: deploy/rollout.sh deploy --api IMAGE --web IMAGE"; fi
    [ "$given" = yes ] || pull=no
    compose config --quiet || fail "The Compose file cannot be used. Nothing was changed."
    local missing
    missing=$(sed -n 's|^    file: \./secrets/||p' "$folder/docker-compose.prod.yml" | while read -r secret; do [ -f "$folder/secrets/$secret" ] || printf '%s ' "$secret"; done)
    [ -z "$missing" ] || say "The Compose file names secrets that are not there: ${missing% }. Make them with: deploy/blogctl init"
    fetch "$api"
    fetch "$web"
    bring_into_service "$(pinned "$api")" "$(pinned "$web")" yes
}

rollback() {
    local current before
    current=$(tail -n 1 "$releases" 2>/dev/null | cut -d' ' -f2- || true)
    before=$(cut -d' ' -f2- "$releases" 2>/dev/null | grep -vxF "$current" | tail -n 1 || true)
    [ -n "$before" ] || fail "There is no release before this one on this host."
    local api=${before#api=} web=${before#* web=}
    api=${api%% *}
    say "Going back to $before"
    pull=no
    docker image inspect "$api" >/dev/null 2>&1 || pull=yes
    fetch "$api"
    fetch "$web"
    # Migrations only add, so the release before works with what the current one added.
    bring_into_service "$api" "$web" no
}

status() {
    local service id
    for service in "${services[@]}"; do
        for id in $(containers "$service" --all); do
            docker inspect --format "$service  {{.Name}}  {{.State.Status}}{{if .State.Health}}, {{.State.Health.Status}}{{end}}  {{.Config.Image}}" "$id" | sed 's#  /#  #'
        done
    done
    [ -f "$releases" ] || { echo "No release was brought into service on this host."; return; }
    echo "Releases, newest last:"
    tail -n 5 "$releases" | sed 's/^/  /'
}

command=${1:-}
[ $# -gt 0 ] && shift
case $command in
-h | --help | help | "") usage; [ -n "$command" ] || exit 2; exit 0 ;;
status) status; exit 0 ;;
deploy | rollback) ;;
*) usage >&2; fail "There is no command '$command'." ;;
esac

mkdir -p "$state"
exec 9>"$state/lock"
flock --nonblock 9 || fail "Another rollout is going on. Wait until it has ended."
"$command" "$@"
