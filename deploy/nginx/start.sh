#!/bin/sh
# Starts nginx for Blog Creator: renders its configuration, sees that there is a certificate, keeps watch over the
# certificate and the addresses behind the names of api and web, and stops gracefully.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=deploy/nginx/edge.sh
. "$here/edge.sh"

usage() {
    cat <<'TEXT'
Usage: start.sh           renders the configuration and runs nginx until it is told to stop
       start.sh render    only renders it, into EDGE_STATE

Environment (all have defaults): SITE_DOMAIN (several: with a space between), HTTPS_PORT, UPLOAD_MAX_BYTES, API_UPSTREAM,
WEB_UPSTREAM, RESOLVER, HSTS, REQUESTS_PER_SECOND, CONNECTIONS_PER_ADDRESS, SHUTDOWN_SECONDS, WATCH_SECONDS, WORKERS,
CERTIFICATES, ACME_ROOT, HTTP_LISTEN, HTTPS_LISTEN, INTERNAL_LISTEN, EDGE_STATE. See docs/edge.md.
TEXT
}

# --- Configuration -----------------------------------------------------------------------------------------------------

fill() { # template, on standard output
    sed -e "s|@STATE@|$STATE|g" -e "s|@HERE@|$here|g" -e "s|@USER@|$user_line|g" -e "s|@WORKERS@|$WORKERS|g" \
        -e "s|@OPEN_FILES@|$open_files|g" -e "s|@CONNECTIONS@|$connections|g" -e "s|@SHUTDOWN_SECONDS@|$SHUTDOWN_SECONDS|g" \
        -e "s|@SITE_DOMAIN@|$SITE_DOMAIN|g" -e "s|@PUBLIC_PORT@|$public_port|g" -e "s|@HSTS@|$HSTS|g" \
        -e "s|@ACME_ROOT@|$ACME_ROOT|g" -e "s|@CURVES@|$curve_list|g" -e "s|@RESOLVER@|$resolver_line|g" \
        -e "s|@HTTP_LISTEN@|$HTTP_LISTEN|g" -e "s|@HTTPS_LISTEN@|$HTTPS_LISTEN|g" -e "s|@INTERNAL_LISTEN@|$INTERNAL_LISTEN|g" \
        -e "s|@SSL@|$ssl_words|g" -e "s|@HTTP2@|$http2_line|g" -e "s|@KEEPALIVE_MIN@|$keepalive_min_line|g" \
        -e "s|@UPLOAD_BODY@|$((UPLOAD_MAX_BYTES + 131072))|g" -e "s|@REQUESTS_PER_SECOND@|$REQUESTS_PER_SECOND|g" \
        -e "s|@BURST@|$((REQUESTS_PER_SECOND * 2))|g" -e "s|@CONNECTIONS_PER_ADDRESS@|$CONNECTIONS_PER_ADDRESS|g" "$1"
}

render() {
    mkdir -p "$STATE/temp" "$STATE/pages" "$STATE/tls" "$STATE/kept"
    chmod 700 "$STATE/tls"

    user_line=
    if [ "$(id -u)" = 0 ]; then
        # The image's own user, or Debian's; as any other user nginx keeps the one it was started as.
        for user in ${EDGE_USER:-nginx www-data nobody}; do
            ! id "$user" >/dev/null 2>&1 || break
        done
        user_line="user $user;"
        chown "$user" "$STATE/temp" "$STATE/kept"
    fi

    # shellcheck disable=SC3045 # Not POSIX, but in every shell that an image of nginx has.
    open_files=$(ulimit -H -n)
    [ "$open_files" != unlimited ] && [ "$open_files" -lt 65536 ] || open_files=65536
    connections=$((open_files / 2))
    [ "$connections" -lt 8192 ] || connections=8192

    public_port=
    [ "$HTTPS_PORT" = 443 ] || public_port=:$HTTPS_PORT

    if at_least "$nginx_version" 1.25.1; then
        ssl_words=ssl http2_line='http2 on;'
    else
        ssl_words='ssl http2' http2_line=
    fi

    # A reload closes idle connections, and a client that is about to send a POST on one loses it. Newer ones wait.
    keepalive_min_line=
    ! at_least "$nginx_version" 1.27.4 || keepalive_min_line='keepalive_min_timeout 5s;'

    resolver_line=
    ! follows_names || resolver_line="resolver $RESOLVER valid=5s;"

    fill "$here/nginx.conf" >"$STATE/nginx.conf"
    fill "$here/site.conf" >"$STATE/site.conf"
    fill "$here/error-page.html" >"$STATE/pages/template"
    upstreams >"$STATE/upstreams.conf"
    render_errors
}

# One line of errors.txt becomes a page for people and problem details for programs.
render_errors() {
    : >"$STATE/page-errors.conf"
    : >"$STATE/problem-errors.conf"
    : >"$STATE/problem-locations.conf"
    megabytes=$((UPLOAD_MAX_BYTES / 1048576))
    while IFS='|' read -r codes status title detail; do
        case $codes in '#'* | '') continue ;; esac
        detail=$(printf '%s' "$detail" | sed "s|@MEGABYTES@|$megabytes|g")
        sed -e "s|@STATUS@|$status|g" -e "s|@TITLE@|$title|g" -e "s|@DETAIL@|$detail|g" "$STATE/pages/template" >"$STATE/pages/$status.html"
        for code in $codes; do
            # "error_page 494 =431": what nginx counts beyond the standard gets its proper number.
            shown=
            [ "$code" = "$status" ] || shown=" =$status"
            echo "error_page $code$shown /_edge/$status.html;" >>"$STATE/page-errors.conf"
            echo "error_page $code$shown @problem_$status;" >>"$STATE/problem-errors.conf"
        done
        {
            printf 'location @problem_%s {\n    include %s/headers.inc;\n' "$status" "$STATE"
            printf '    add_header Cache-Control no-store always;\n    default_type application/problem+json;\n'
            # shellcheck disable=SC2016 # A variable of nginx.
            printf "    return %s '{\"title\":\"%s\",\"status\":%s,\"detail\":\"%s\",\"requestId\":\"%s\"}';\n}\n" \
                "$status" "$title" "$status" "$detail" '$request_id'
        } >>"$STATE/problem-locations.conf"
    done <"$here/errors.txt"

    # As the Api says it, so that a page that uploads need not know who refused.
    cat >>"$STATE/problem-locations.conf" <<TEXT
location @problem_upload_413 {
    include $STATE/headers.inc;
    add_header Cache-Control no-store always;
    default_type application/problem+json;
    return 413 '{"title":"The file is too large","status":413,"detail":"Files up to $megabytes MB are taken. Split the document, or ask whoever runs this site to raise the limit.","code":"too-large","maxBytes":$UPLOAD_MAX_BYTES,"requestId":"\$request_id"}';
}
TEXT
    rm "$STATE/pages/template"
    fill "$here/headers.inc" >"$STATE/headers.inc"
}

# --- Certificates ------------------------------------------------------------------------------------------------------
# nginx reads only tls/live, a checked copy: whatever happens to the files of others, a reload finds a pair that fits.

fingerprint() { # folder; empty where there is nothing
    if [ -s "$1/fullchain.pem" ] || [ -s "$1/privkey.pem" ]; then
        cat "$1/fullchain.pem" "$1/privkey.pem" 2>/dev/null | cksum | tr ' ' '-'
    fi
}

# Says what is wrong with the pair in a folder; nothing when it is good.
fault() {
    for file in fullchain.pem privkey.pem; do
        if [ ! -e "$1/$file" ]; then
            echo "$file is missing"
            return
        elif [ ! -r "$1/$file" ]; then
            echo "$file cannot be read by $(id -un), who runs nginx"
            return
        fi
    done

    if ! openssl x509 -in "$1/fullchain.pem" -noout 2>/dev/null; then
        echo "fullchain.pem holds no certificate"
    elif ! key=$(openssl pkey -in "$1/privkey.pem" -passin pass: -pubout 2>/dev/null); then
        echo "privkey.pem holds no key that can be read without a password"
    elif [ "$(openssl x509 -in "$1/fullchain.pem" -noout -pubkey)" != "$key" ]; then
        echo "privkey.pem is not the key of the certificate in fullchain.pem"
    elif ! openssl x509 -in "$1/fullchain.pem" -noout -checkend 0 >/dev/null; then
        echo "the certificate has expired ($(openssl x509 -in "$1/fullchain.pem" -noout -enddate))"
    elif [ "$(seconds startdate "$1/fullchain.pem")" -gt "$(date +%s)" ]; then
        echo "the certificate is not valid yet ($(openssl x509 -in "$1/fullchain.pem" -noout -startdate))"
    elif ! covers "$main_domain" "$1/fullchain.pem"; then
        echo "the certificate is not for $main_domain"
    fi
}

covers() { openssl x509 -in "$2" -noout -checkhost "$1" | grep -q 'does match'; }

seconds() { # startdate or enddate, file
    # Two forms of openssl: "2026-11-29 16:19:44Z", and before 3.0 "Nov 29 16:19:44 2026 GMT".
    when=$(openssl x509 -in "$2" -noout "-$1" -dateopt iso_8601 2>/dev/null || openssl x509 -in "$2" -noout "-$1")
    when=$(printf '%s' "${when#*=}" | tr -d Z)
    date -u -d "$when" +%s 2>/dev/null || echo 0
}

# Copies a pair, checks the copy and makes it the one that is served. Says what is wrong where it is not good.
take() { # folder, name
    rm -rf "$STATE/tls/next"
    mkdir -m 700 "$STATE/tls/next"
    for file in fullchain.pem privkey.pem; do
        if [ -e "$1/$file" ] && ! cat "$1/$file" >"$STATE/tls/next/$file" 2>/dev/null; then
            echo "$file cannot be read by $(id -un), who runs nginx"
            return
        fi
    done
    wrong=$(fault "$STATE/tls/next")
    if [ -n "$wrong" ]; then
        echo "$wrong"
        return
    fi

    replaced=$(readlink "$STATE/tls/live" 2>/dev/null || true)
    rm -rf "$STATE/tls/${2:?}"
    mv "$STATE/tls/next" "$STATE/tls/$2"
    ln -sfn "$2" "$STATE/tls/live"
    ! complaint=$(test_configuration) || return 0
    [ -z "$replaced" ] || ln -sfn "$replaced" "$STATE/tls/live"
    echo "nginx does not take it: $complaint"
}

forget_old_pairs() {
    for old in "$STATE"/tls/pair-*; do
        [ "${old##*/}" = "$(readlink "$STATE/tls/live")" ] || rm -rf "$old"
    done
}

first_certificate() {
    echo 0 >"$STATE/tls/refused"
    rm -f "$STATE/tls/accepted" "$STATE/tls/pending"
    seen=$(fingerprint "$CERTIFICATES")
    if [ -n "$seen" ]; then
        wrong=$(take "$CERTIFICATES" "pair-$seen")
        if [ -z "$wrong" ]; then
            echo "$seen" >"$STATE/tls/accepted"
            return
        fi

        echo "$seen" >"$STATE/tls/pending"
        echo 1 >"$STATE/tls/refused"
        log error "The certificate in $CERTIFICATES is refused: $wrong. Looking for the last good one."
        # The container was restarted and its memory kept, or certbot put the pair before this one aside.
        if [ "$(readlink "$STATE/tls/live")" != bootstrap ] && [ -z "$(fault "$STATE/tls/live")" ]; then
            log warn "The last good certificate is served."
            return
        fi
        if [ -e "$CERTIFICATES/previous/fullchain.pem" ] && [ -z "$(take "$CERTIFICATES/previous" pair-previous)" ]; then
            log warn "The certificate before this one is served."
            return
        fi
    fi

    ln -sfn bootstrap "$STATE/tls/live"
    log warn "There is no usable certificate in $CERTIFICATES yet: a self-signed one is served, and browsers will warn. It is replaced by itself as soon as one is there."
}

# A name of its own, so that it is clear in every tool which certificate this is.
bootstrap() {
    command -v openssl >/dev/null || die "There is no certificate in $CERTIFICATES and no openssl to make one for the start. Put fullchain.pem and privkey.pem there."
    names=
    for domain in $SITE_DOMAIN; do
        names="$names${names:+,}DNS:$domain"
    done
    rm -rf "$STATE/tls/bootstrap"
    mkdir "$STATE/tls/bootstrap"
    (
        umask 077
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 397 -subj "/O=Blog Creator/CN=Waiting for a certificate" \
            -addext "subjectAltName=$names" -keyout "$STATE/tls/bootstrap/privkey.pem" -out "$STATE/tls/bootstrap/fullchain.pem" 2>"$STATE/tls/openssl.log"
    ) || die "openssl could not make a certificate for the start: $(cat "$STATE/tls/openssl.log")"
}

watch_certificate() {
    seen=$(fingerprint "$CERTIFICATES")
    if [ "$seen" = "$(cat "$STATE/tls/accepted" 2>/dev/null)" ]; then
        # Also when a broken pair was taken away again.
        echo 0 >"$STATE/tls/refused"
        return
    fi
    if [ -z "$seen" ]; then
        return
    fi

    if [ "$seen" != "$(cat "$STATE/tls/pending" 2>/dev/null)" ]; then
        # Perhaps half of it is written. It is judged at the next look, if it is the same then.
        echo "$seen" >"$STATE/tls/pending"
        echo new >"$STATE/tls/verdict"
        return
    fi

    served=$(readlink "$STATE/tls/live")
    wrong=$(take "$CERTIFICATES" "pair-$seen")
    if [ -z "$wrong" ] && ! reload; then
        ln -sfn "$served" "$STATE/tls/live"
        wrong="nginx did not reload with it"
    fi

    if [ -z "$wrong" ]; then
        forget_old_pairs
        echo "$seen" >"$STATE/tls/accepted"
        echo 0 >"$STATE/tls/refused"
        log info "A new certificate is served: $(openssl x509 -in "$STATE/tls/live/fullchain.pem" -noout -serial -enddate | tr '\n' ' ')"
        for domain in $SITE_DOMAIN; do
            covers "$domain" "$STATE/tls/live/fullchain.pem" || log warn "The certificate is not for $domain: browsers will warn there."
        done
        return
    fi

    echo 1 >"$STATE/tls/refused"
    if [ "$wrong" != "$(cat "$STATE/tls/verdict" 2>/dev/null)" ]; then
        echo "$wrong" >"$STATE/tls/verdict"
        log error "The new certificate in $CERTIFICATES is refused: $wrong. The one before stays in use."
    fi
}

watch_addresses() {
    ! follows_names || return 0
    upstreams >"$STATE/upstreams.new"
    # No address for a moment is no reason to send nobody anywhere.
    if grep -q '127.0.0.1:9 down' "$STATE/upstreams.new" || cmp -s "$STATE/upstreams.new" "$STATE/upstreams.conf"; then
        if ! grep -q '127.0.0.1:9 down' "$STATE/upstreams.conf" || cmp -s "$STATE/upstreams.new" "$STATE/upstreams.conf"; then
            return 0
        fi
    fi

    mv "$STATE/upstreams.conf" "$STATE/upstreams.before"
    mv "$STATE/upstreams.new" "$STATE/upstreams.conf"
    if complaint=$(test_configuration) && reload; then
        log info "The addresses behind api or web have changed, and requests follow them."
    else
        mv "$STATE/upstreams.before" "$STATE/upstreams.conf"
        log error "The addresses behind api or web have changed, but nginx does not take them. $complaint"
    fi
}

# What nginx answered since it runs, by status: of each kind one counter, which no restart of this loop takes back. The file is
# memory, so it is emptied when it has grown; a line that is written in that moment is lost.
count_statuses() {
    [ -f "$STATE/counted.log" ] || return 0
    lines=$(wc -l <"$STATE/counted.log")
    for status in 429 500 502 503 504 507; do
        before=$(cat "$STATE/counted.$status" 2>/dev/null || echo 0)
        found=$(grep -c "^$status\$" "$STATE/counted.log" || true)
        echo "edge_responses_total{status=\"$status\"} $((before + found))"
        [ "$lines" -lt 10000 ] || echo "$((before + found))" >"$STATE/counted.$status"
    done
    [ "$lines" -lt 10000 ] || : >"$STATE/counted.log"
}

# "accepted handled requests", as nginx itself counts them; nothing where it does not answer yet.
counts() {
    at=$INTERNAL_LISTEN
    case $at in *:*) ;; *) at=127.0.0.1:$at ;; esac
    if command -v curl >/dev/null 2>&1; then
        curl -fsS --max-time 3 "http://$at/status" 2>/dev/null
    else
        # shellcheck disable=SC2016 # Expanded by bash.
        timeout 3 bash -c 'exec 3<>"/dev/tcp/$1/$2" && printf "GET /status HTTP/1.0\r\n\r\n" >&3 && cat <&3' - "${at%:*}" "${at##*:}" 2>/dev/null
    fi | sed -n 's/^ *\([0-9][0-9]*\) \([0-9][0-9]*\) \([0-9][0-9]*\) *$/\1 \2 \3/p'
}

# Prometheus reads this through the internal port; nginx puts its own figures in.
write_metrics() {
    # Asked once for each pair.
    [ -f "$STATE/tls/live/dates" ] || echo "$(seconds startdate "$STATE/tls/live/fullchain.pem") $(seconds enddate "$STATE/tls/live/fullchain.pem")" >"$STATE/tls/live/dates"
    read -r from to <"$STATE/tls/live/dates"
    self_signed=0
    [ "$(readlink "$STATE/tls/live")" != bootstrap ] || self_signed=1
    {
        echo "# HELP tls_certificate_not_after_timestamp_seconds When the certificate in use ends."
        echo "# TYPE tls_certificate_not_after_timestamp_seconds gauge"
        for domain in $SITE_DOMAIN; do echo "tls_certificate_not_after_timestamp_seconds{domain=\"$domain\"} $to"; done
        echo "# HELP tls_certificate_not_before_timestamp_seconds When the certificate in use began."
        echo "# TYPE tls_certificate_not_before_timestamp_seconds gauge"
        for domain in $SITE_DOMAIN; do echo "tls_certificate_not_before_timestamp_seconds{domain=\"$domain\"} $from"; done
        echo "# HELP tls_certificate_refused 1 while a newer certificate on disk is refused."
        echo "# TYPE tls_certificate_refused gauge"
        echo "tls_certificate_refused $(cat "$STATE/tls/refused")"
        echo "# HELP tls_certificate_bootstrap 1 while the self-signed certificate of the first start is in use."
        echo "# TYPE tls_certificate_bootstrap gauge"
        echo "tls_certificate_bootstrap $self_signed"
        echo "# HELP nginx_upstream_servers Servers in the list of nginx; a name that nginx follows by itself is one, whoever has it."
        echo "# TYPE nginx_upstream_servers gauge"
        for name in api web; do
            echo "nginx_upstream_servers{upstream=\"$name\"} $(sed -n "/^upstream $name {/,/^}/p" "$STATE/upstreams.conf" | grep '^    server ' | grep -vc ' down;' || true)"
        done
        echo "# HELP edge_responses_total Answers of the edge by status, of those that somebody should hear of."
        echo "# TYPE edge_responses_total counter"
        count_statuses
        counted=$(counts || true)
        if [ -n "$counted" ]; then
            # Named as by nginx' own exporter.
            for name in connections_accepted connections_handled http_requests_total; do
                echo "# HELP nginx_$name Counted by nginx since its start."
                echo "# TYPE nginx_$name counter"
                echo "nginx_$name ${counted%% *}"
                counted=${counted#* }
            done
        fi
        for name in active reading writing waiting; do
            echo "# HELP nginx_connections_$name Connections of clients: $name."
            echo "# TYPE nginx_connections_$name gauge"
            echo "nginx_connections_$name <!--# echo var=\"connections_$name\" -->"
        done
    } >"$STATE/metrics.new"
    mv "$STATE/metrics.new" "$STATE/metrics"
}

# Lines of nginx's error log as JSON in the names of ECS, and without queries and referrers: of the request only its method
# and path are kept. What is no such line passes as it is.
errors_as_json() {
    LC_ALL=C sed -u -E -f "$here/errors-as-json.sed"
}

watch() {
    while sleep "$WATCH_SECONDS"; do
        (
            # switch.sh changes the same files.
            flock -w 60 9
            watch_certificate
            watch_addresses
            write_metrics
        ) 9>"$STATE/lock" || log error "A look at certificate and addresses failed; the next one is in $WATCH_SECONDS seconds."
    done
}

# -----------------------------------------------------------------------------------------------------------------------

case ${1:-} in
    '') ;;
    render) ;;
    --help | -h)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
esac

settings
find_state
check_servers API_UPSTREAM "$API_UPSTREAM"
check_servers WEB_UPSTREAM "$WEB_UPSTREAM"
# What a switch chose ends with the container: its names say again where api and web are.
rm -f "$STATE/chosen.api" "$STATE/chosen.web"
echo "$API_UPSTREAM" >"$STATE/named.api"
echo "$WEB_UPSTREAM" >"$STATE/named.web"
curve_list=$(curves "$(openssl_version)")
render
[ "${1:-}" != render ] || exit 0

# Any test of the configuration needs a pair, also the one of the first real certificate.
bootstrap
[ -e "$STATE/tls/live/fullchain.pem" ] || ln -sfn bootstrap "$STATE/tls/live"
if ! complaint=$(test_configuration); then
    case $complaint in
        *curves* | *groups* | *ecdh*)
            log warn "This OpenSSL does not know every curve of $curve_list: going on with the classical ones."
            curve_list=$(curves "")
            render
            ;;
    esac
    complaint=$(test_configuration) || die "The configuration is not taken by nginx: $complaint"
fi
[ -z "$complaint" ] || log warn "nginx says: $complaint"
first_certificate
write_metrics

nginx='' watcher='' stopping=''
# shellcheck disable=SC2317 # Called by the trap.
stop() {
    stopping=yes
    [ -z "$watcher" ] || kill "$watcher" 2>/dev/null || true
    # Finishes what is on its way, and closes what is still open after SHUTDOWN_SECONDS.
    [ -z "$nginx" ] || kill -QUIT "$nginx" 2>/dev/null || true
}
# Before there is an nginx that somebody could already have asked: a signal must not end this shell and leave that behind.
trap stop TERM QUIT INT
[ -z "$stopping" ] || exit 0

# Its own log has a form of its own, with whole requests in it. Times there carry no zone.
rm -f "$STATE/errors"
mkfifo -m 600 "$STATE/errors"
errors_as_json <"$STATE/errors" &
errors=$!
TZ=UTC nginx -e stderr -c "$STATE/nginx.conf" 2>"$STATE/errors" &
nginx=$!
watch &
watcher=$!
if [ -n "$stopping" ]; then
    # It may have come before nginx listened to signals.
    sleep 1
    stop
fi

code=0
wait "$nginx" || code=$?
# A signal ends the wait, not nginx.
while kill -0 "$nginx" 2>/dev/null; do
    code=0
    wait "$nginx" || code=$?
done
kill "$watcher" 2>/dev/null || true
# Ends with the last line.
wait "$errors" || true
exit "$code"
