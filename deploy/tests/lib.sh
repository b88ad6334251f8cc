# Shared by the scripts of this folder: what was checked and how it ended, and a container engine to do it with.
# shellcheck shell=bash
passed=0
failed=0

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }

# check SENTENCE COMMAND...: the sentence holds when the command succeeds; else its output says why not.
check() {
    local sentence=$1 output
    shift
    if output=$("$@" 2>&1); then
        passed=$((passed + 1))
        say "ok      $sentence"
    else
        failed=$((failed + 1))
        say "FAILED  $sentence"
        tail -n 15 <<<"$output" | sed 's/^/          /'
    fi
}

# Refused, and the words say why: refused SENTENCE REGEX COMMAND...
refused() {
    local sentence=$1 words=$2 output
    shift 2
    if output=$("$@" 2>&1); then
        failed=$((failed + 1))
        say "FAILED  $sentence: it was not refused"
    elif grep -qiE "$words" <<<"$output"; then
        passed=$((passed + 1))
        say "ok      $sentence"
    else
        failed=$((failed + 1))
        say "FAILED  $sentence: it does not say '$words'"
        tail -n 8 <<<"$output" | sed 's/^/          /'
    fi
}

# The last line is what CI reads.
summary() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# eventually SECONDS COMMAND...: looks until it holds.
eventually() {
    local until=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$until" ] || { "$@"; return; }
        sleep 0.5
    done
}

need_docker() {
    export DOCKER_BUILDKIT=1
    # Debian's client fits Debian's engine and builds; another one before it on the path may not.
    [ -x /usr/bin/docker ] && export PATH=/usr/bin:$PATH
    docker info >/dev/null 2>&1 || {
        echo "No container engine answers. Start one (dockerd), then run this again." >&2
        exit 2
    }
}
