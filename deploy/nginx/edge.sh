# shellcheck shell=sh
# shellcheck disable=SC2034 # What is set here is read by those who include this.
# What start.sh, switch.sh and healthcheck.sh share. POSIX sh: the image has no promise of bash.
# The caller has set $here, the folder of these files. There are no local variables: names here are not used there.

log() { # level, message
    # One line of JSON, as everything else this container prints.
    printf '{"@timestamp":"%s","log.level":"%s","message":"%s","ecs.version":"9.4.0","log.logger":"nginx.edge","service.name":"blogcreator.nginx","event.dataset":"blogcreator.nginx"}\n' \
        "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$(printf '%s' "$2" | tr '"\134' "'/" | LC_ALL=C tr '\000-\037\177' '[ *]')" >&2
}

die() {
    log error "$1"
    exit 1
}

settings() {
    SITE_DOMAIN=$(printf '%s' "${SITE_DOMAIN:-localhost}" | tr 'A-Z,' 'a-z ')
    UPLOAD_MAX_BYTES=${UPLOAD_MAX_BYTES:-104857600}
    HTTPS_PORT=${HTTPS_PORT:-443}
    RESOLVER=${RESOLVER:-127.0.0.11}
    API_UPSTREAM=${API_UPSTREAM:-api:8080}
    WEB_UPSTREAM=${WEB_UPSTREAM:-web:8080}
    CERTIFICATES=${CERTIFICATES:-/etc/nginx/certificates}
    ACME_ROOT=${ACME_ROOT:-/var/www/acme}
    HTTP_LISTEN=${HTTP_LISTEN:-8080}
    HTTPS_LISTEN=${HTTPS_LISTEN:-8443}
    INTERNAL_LISTEN=${INTERNAL_LISTEN:-9113}
    WORKERS=${WORKERS:-auto}
    WATCH_SECONDS=${WATCH_SECONDS:-5}
    # Less than the 90 seconds a container has to stop: what is still on its way then may end.
    SHUTDOWN_SECONDS=${SHUTDOWN_SECONDS:-75}
    # Generous: a whole office may share one address. The fine limits are the Api's.
    REQUESTS_PER_SECOND=${REQUESTS_PER_SECOND:-300}
    CONNECTIONS_PER_ADDRESS=${CONNECTIONS_PER_ADDRESS:-300}
    HSTS=${HSTS-max-age=63072000; includeSubDomains; preload}

    main_domain=
    for domain in $SITE_DOMAIN; do
        case $domain in
            *[!a-z0-9.-]* | .* | -*) die "SITE_DOMAIN: '$domain' is not the name of a host. Write it like 'blog.example.org', several with a space between." ;;
        esac
        main_domain=${main_domain:-$domain}
    done
    whole_number UPLOAD_MAX_BYTES "$UPLOAD_MAX_BYTES"
    whole_number HTTPS_PORT "$HTTPS_PORT"
    whole_number SHUTDOWN_SECONDS "$SHUTDOWN_SECONDS"
    whole_number REQUESTS_PER_SECOND "$REQUESTS_PER_SECOND"
    whole_number CONNECTIONS_PER_ADDRESS "$CONNECTIONS_PER_ADDRESS"
    for value in "$RESOLVER" "$CERTIFICATES" "$ACME_ROOT" "$HTTP_LISTEN" "$HTTPS_LISTEN" "$INTERNAL_LISTEN" "$WORKERS"; do
        case $value in
            *[!A-Za-z0-9._:/\[\]\ -]* | '') die "'$value' holds a character that the configuration of nginx cannot take. Look at the environment of this container." ;;
        esac
    done
    case $HSTS in
        *[!A-Za-z0-9\;=\ -]*) die "HSTS: '$HSTS' is not the value of a Strict-Transport-Security header." ;;
    esac
    nginx_version=${EDGE_NGINX_VERSION:-$(nginx -v 2>&1 | sed -n 's|.*nginx/\([0-9.]*\).*|\1|p')}
    [ -n "$nginx_version" ] || die "nginx does not say which version it is. Is it installed?"
}

whole_number() {
    case $2 in
        '' | *[!0-9]*) die "$1 is '$2', and has to be a whole number." ;;
    esac
}

at_least() { # version, minimum
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$2" ]
}

# The library that nginx runs with, which may be newer than the one it was built with and is not the one of the command.
openssl_version() {
    if [ -n "${EDGE_OPENSSL_VERSION:-}" ]; then
        echo "$EDGE_OPENSSL_VERSION"
        return
    fi

    nginx -V 2>&1 | sed -n 's/.*running with OpenSSL \([0-9.]*\).*/\1/p; t; s/.*built with OpenSSL \([0-9.]*\).*/\1/p' | tail -n 1
}

# X25519MLKEM768 came with OpenSSL 3.5; before that nginx does not start with it.
curves() { # version of OpenSSL
    if [ -n "$1" ] && at_least "$1" 3.5.0; then
        echo "X25519MLKEM768:X25519:prime256v1:secp384r1"
    else
        echo "X25519:prime256v1:secp384r1"
    fi
}

# Where what is rendered lives: a tmpfs, since the root of the container is read-only.
find_state() {
    STATE=${EDGE_STATE:-}
    if [ -n "$STATE" ]; then
        mkdir -p "$STATE" || die "$STATE cannot be made. Mount a tmpfs there that this user may write to."
        return
    fi

    for folder in /run /var/cache/nginx /tmp; do
        if mkdir -p "$folder/blogcreator" 2>/dev/null && [ -w "$folder/blogcreator" ]; then
            STATE=$folder/blogcreator
            return
        fi
    done
    die "None of /run, /var/cache/nginx and /tmp can be written to. Mount a tmpfs at one of them."
}

# --- Upstreams ---------------------------------------------------------------------------------------------------------

# Since 1.27.3 nginx itself follows the addresses behind a name; before, the loop of start.sh does.
follows_names() { at_least "$nginx_version" 1.27.3; }

check_servers() { # which, list
    [ -n "$2" ] || die "$1 names no server. Write it like 'api-2:8080', several with a comma between."
    for server in $(echo "$2" | tr ',' ' '); do
        host=${server%:*}
        port=${server##*:}
        case $host in
            \[*[!0-9a-fA-F:.]*\]) die "$1: '$server' is not HOST:PORT." ;;
            \[*\]) ;;
            '' | *[!A-Za-z0-9._-]* | -*) die "$1: '$server' is not HOST:PORT." ;;
        esac
        case $port in
            '' | *[!0-9]* | ??????*) die "$1: '$server' is not HOST:PORT." ;;
        esac
        if [ "$port" -lt 1 ] || [ "$port" -gt 65535 ]; then
            die "$1: '$server' has no port between 1 and 65535."
        fi
    done
}

# The addresses behind a name, one a line; nothing where there are none.
addresses() {
    case $1 in
        \[*\]) echo "$1" ;;
        *[!0-9.]*)
            found=$(getent ahostsv4 "$1" 2>/dev/null | sed 's/ .*//' | sort -u)
            if [ -n "$found" ]; then
                echo "$found"
            else
                getent ahostsv6 "$1" 2>/dev/null | sed 's/ .*//; s/.*/[&]/' | sort -u
            fi
            ;;
        *) echo "$1" ;;
    esac
}

chosen() { # api or web
    if [ -f "$STATE/chosen.$1" ]; then
        cat "$STATE/chosen.$1"
    else
        cat "$STATE/named.$1"
    fi
}

servers() { # list
    for server in $(echo "$1" | tr ',' ' '); do
        # No replica is taken out for what it answered. Where all of them are busy, or miss their database, all would be taken
        # out together, and everybody would get our 502 instead of what they had to say. One that is gone refuses at once.
        if follows_names && case ${server%:*} in *[!0-9.]*) true ;; *) false ;; esac; then
            echo "    server $server resolve max_fails=0;"
        else
            for address in $(addresses "${server%:*}"); do
                echo "    server $address:${server##*:} max_fails=0;"
            done
        fi
    done
}

upstream() { # name, list, method
    found=$(servers "$2")
    if [ -z "$found" ]; then
        # Nobody has that name yet. nginx would not start; like this it starts, and says 502 until somebody has.
        found="    server 127.0.0.1:9 down;"
    fi

    printf 'upstream %s {\n    zone %s 256k;\n' "$1" "$1"
    [ -z "$3" ] || printf '    %s\n' "$3"
    printf '%s\n    keepalive 32;\n    keepalive_timeout 60s;\n}\n' "$found"
}

# A circuit lives in one replica: whoever has one must meet it again.
stickiness() {
    if at_least "$nginx_version" 1.29.6; then
        echo "sticky cookie __Host-blogcreator-node secure httponly samesite=strict path=/;"
    else
        # Not ip_hash: it looks at three of the four numbers of an address, and forgets everybody when a replica comes.
        # shellcheck disable=SC2016 # A variable of nginx.
        echo 'hash $remote_addr consistent;'
    fi
}

upstreams() {
    upstream api "$(chosen api)" ""
    upstream web "$(chosen web)" ""
    upstream circuits "$(chosen web)" "$(stickiness)"
}

# --- nginx -------------------------------------------------------------------------------------------------------------

test_configuration() { # Says what is wrong on standard output.
    nginx -e stderr -q -t -c "$STATE/nginx.conf" 2>&1
}

# The workers that take new connections. Those that only finish what they have say "shutting down" in their title. Asked often
# while a machine is busy, so it starts no other program.
workers() {
    { read -r master <"$STATE/nginx.pid"; } 2>/dev/null || return 0
    children=
    if [ -r "/proc/$master/task/$master/children" ]; then
        { read -r children <"/proc/$master/task/$master/children"; } 2>/dev/null || true
    else
        # A kernel without that file: look at the parent of every process.
        for stat in /proc/[0-9]*/stat; do
            # pid (command) state parent
            { read -r line <"$stat"; } 2>/dev/null || continue
            after=${line##*) }
            parent=${after#* }
            [ "${parent%% *}" != "$master" ] || children="$children ${line%% *}"
        done
    fi

    for child in $children; do
        title=
        # No end of line in there, which read takes for a failure.
        { read -r title <"/proc/$child/cmdline"; } 2>/dev/null || true
        case $title in
            *"worker process is shutting down"*) ;;
            *"worker process"*) echo "$child" ;;
        esac
    done
}

# Returns when workers with the new configuration take the requests and no other does.
reload() {
    master=$(cat "$STATE/nginx.pid" 2>/dev/null)
    [ -n "$master" ] && kill -0 "$master" 2>/dev/null || return 1
    old_workers=" $(workers | tr '\n' ' ')"
    kill -HUP "$master" || return 1
    tries=0
    while [ "$tries" -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
        old=0 new=0
        for pid in $(workers); do
            case $old_workers in
                *" $pid "*) old=1 ;;
                *) new=1 ;;
            esac
        done
        [ "$old" = 0 ] && [ "$new" = 1 ] && return 0
    done
    return 1
}
