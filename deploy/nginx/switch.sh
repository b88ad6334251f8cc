#!/bin/sh
# Sends requests to exactly these servers, without losing one.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=deploy/nginx/edge.sh
. "$here/edge.sh"

usage() {
    cat <<'TEXT'
Usage: switch.sh [api=HOST:PORT[,HOST:PORT...]] [web=HOST:PORT[,HOST:PORT...]]
       switch.sh default     back to the names of API_UPSTREAM and WEB_UPSTREAM
       switch.sh show        says where requests go now

Run it inside the container of nginx. What is not named stays as it is. A server that has no address, or does not take a
connection, is refused, and everything stays as it was. Returns when no new request goes anywhere else.
TEXT
}

refuse() {
    echo "switch: $1 Nothing was changed." >&2
    exit 1
}

# A connection, no request: whether it is ready is asked by whoever switches.
answers() { # host:port
    if command -v bash >/dev/null 2>&1; then
        # shellcheck disable=SC2016 # Expanded by bash.
        timeout 5 bash -c 'exec 3<>"/dev/tcp/$1/$2"' - "$(echo "${1%:*}" | tr -d '[]')" "${1##*:}" 2>/dev/null
    elif command -v curl >/dev/null 2>&1; then
        # 52: the connection was made and then closed.
        curl -s -o /dev/null --max-time 3 "http://$1/health/live" || [ $? = 52 ]
    else
        true
    fi
}

[ $# -gt 0 ] || {
    usage >&2
    exit 2
}

action=set api='' web=''
for argument in "$@"; do
    case $argument in
        --help | -h)
            usage
            exit 0
            ;;
        default | show) action=$argument ;;
        api=*) api=${argument#api=} ;;
        web=*) web=${argument#web=} ;;
        *) refuse "'$argument' is not understood. It is api=HOST:PORT, web=HOST:PORT, default or show." ;;
    esac
    case $argument in
        api= | web=) refuse "'$argument' names no server." ;;
    esac
done
if [ "$action" != set ] && [ $# -ne 1 ]; then
    refuse "'$action' stands alone."
fi

settings
find_state
if [ "$action" = show ]; then
    echo "api=$(chosen api)"
    echo "web=$(chosen web)"
    exit 0
fi

if [ ! -f "$STATE/nginx.pid" ] || ! kill -0 "$(cat "$STATE/nginx.pid")" 2>/dev/null; then
    refuse "nginx does not run here."
fi

for pair in "api $api" "web $web"; do
    list=${pair#* }
    [ -n "$list" ] || continue
    (check_servers "${pair%% *}" "$list") || refuse "A list of servers is HOST:PORT,HOST:PORT."
    for server in $(echo "$list" | tr ',' ' '); do
        [ -n "$(addresses "${server%:*}")" ] || refuse "'${server%:*}' has no address here. Is the container on the same network?"
        answers "$server" || refuse "'$server' does not take a connection. Wait until it is ready, then switch."
    done
done

# The loop of start.sh changes the same files.
exec 9>"$STATE/lock"
flock -w 30 9 || refuse "Something else is changing the configuration."

saved=$(mktemp -d "$STATE/switch.XXXXXX")
for file in chosen.api chosen.web upstreams.conf; do
    [ ! -f "$STATE/$file" ] || cp "$STATE/$file" "$saved/$file"
done

restore() {
    for file in chosen.api chosen.web upstreams.conf; do
        rm -f "$STATE/$file"
        [ ! -f "$saved/$file" ] || mv "$saved/$file" "$STATE/$file"
    done
    rm -rf "$saved"
}

[ -z "$api" ] || echo "$api" >"$STATE/chosen.api"
[ -z "$web" ] || echo "$web" >"$STATE/chosen.web"
[ "$action" != default ] || rm -f "$STATE/chosen.api" "$STATE/chosen.web"
upstreams >"$STATE/upstreams.conf"

if ! complaint=$(test_configuration); then
    restore
    refuse "nginx does not take that: $complaint"
fi
if ! reload; then
    restore
    reload || true
    refuse "nginx did not take the new configuration within ten seconds; its log says why."
fi

rm -rf "$saved"
log info "Requests go to api=$(chosen api) web=$(chosen web)"
