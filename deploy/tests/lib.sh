# Shared by the scripts of this folder: what was checked and how it ended, and a container engine to do it with.
# shellcheck shell=bash
passed=0
failed=0

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }

pass() {
    passed=$((passed + 1))
    say "ok      $*"
}
fail() {
    failed=$((failed + 1))
    say "FAILED  $*"
}
shown() { tail -n 30 "${work:?}/out" | sed 's/^/          /'; }

# check SENTENCE COMMAND...: the sentence holds when the command succeeds; else what it said, in $work/out, says why not.
# In a file and not in a variable: a command may leave something running that would keep the pipe open.
check() {
    local sentence=$1
    shift
    if "$@" >"${work:?}/out" 2>&1; then
        pass "$sentence"
    else
        fail "$sentence"
        shown
    fi
}

# Refused, and the words say why: refused SENTENCE WORDS COMMAND...
refused() {
    local sentence=$1 words=$2
    shift 2
    if "$@" >"${work:?}/out" 2>&1; then
        fail "$sentence: it was not refused"
    elif grep -qi -- "$words" "$work/out"; then
        pass "$sentence"
    else
        fail "$sentence: it does not say '$words'"
        shown
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
