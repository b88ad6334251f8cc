#!/usr/bin/env bash
# Everything about deployment that is shown by running it: images, the production stack with releases under load, backups,
# the firewall, what watches a site, and the linters of all that is not C#. One command for the whole of it:
#   deploy/tests/run.sh            as the bars say: each release watched for two minutes, 1 GB restored, load for ten minutes
#   deploy/tests/run.sh --small    the same with small sizes
# Needs root on Debian or Ubuntu and the packages of .github/install.sh. Starts a container engine when none runs, and
# stops it again. Base images come from a registry; where none can be reached, BASE_IMAGES names a script that makes
# look-alikes under the same names. Ends with "N passed, N failed".
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
logs=${BLOGCREATOR_LOGS:-$root/artifacts/deployment}
mkdir -p "$logs"
export DOCKER_BUILDKIT=1
[ -x /usr/bin/docker ] && export PATH=/usr/bin:$PATH

size=whole
case ${1:-} in
"") ;;
--small) size=small ;;
*) sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac

engine=
stop_engine() {
    [ -n "$engine" ] && kill "$engine" 2>/dev/null && for _ in $(seq 60); do kill -0 "$engine" 2>/dev/null || break; sleep 0.5; done
    rm -rf "$work"
}
work=$(mktemp -d)
trap stop_engine EXIT

if ! docker info >/dev/null 2>&1; then
    setsid dockerd >"$logs/dockerd.log" 2>&1 &
    engine=$!
    for _ in $(seq 240); do docker info >/dev/null 2>&1 && break; sleep 0.25; done
    docker info >/dev/null 2>&1 || { tail -n 5 "$logs/dockerd.log"; echo "The container engine does not start." >&2; echo "0 passed, 1 failed"; exit 1; }
    # The engine closes it, and firewall.sh tests what is forwarded between networks of its own.
    iptables -P FORWARD ACCEPT
fi
missing=no
for image in mcr.microsoft.com/dotnet/sdk:10.0 mcr.microsoft.com/dotnet/aspnet:10.0 postgres:18 redis:8 nginx:1.29; do
    docker image inspect "$image" >/dev/null 2>&1 || missing=yes
done
if [ "$missing" = yes ] && [ -n "${BASE_IMAGES:-}" ]; then
    echo "Making base images."
    bash "$BASE_IMAGES" "$work/images" aspnet sdk postgres redis nginx >"$logs/base-images.log" 2>&1 || { tail -n 20 "$logs/base-images.log"; echo "0 passed, 1 failed"; exit 1; }
fi

passed=0 failed=0
part() {
    local name=$1 last
    shift
    echo "== $name"
    "$@" 2>&1 | tee "$logs/$name.log"
    last=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$logs/$name.log" | tail -n 1)
    if [ -z "$last" ]; then
        echo "$name ended without a summary."
        failed=$((failed + 1))
        return
    fi
    passed=$((passed + $(cut -d' ' -f1 <<<"$last")))
    failed=$((failed + $(cut -d' ' -f3 <<<"$last")))
}

part lint "$here/lint.sh"
part firewall "$here/firewall.sh"
part images "$here/images.sh"
if [ "$size" = small ]; then
    part monitoring "$here/monitoring.sh" --small
    part backup "$here/backup.sh" --size 50M
    part stack "$here/stack.sh" --quick
else
    part monitoring "$here/monitoring.sh"
    part backup "$here/backup.sh" --size 1G
    part stack "$here/stack.sh" --load 600
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
