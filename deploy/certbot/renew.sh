#!/bin/sh
# Gets the certificate of the site by ACME and keeps it fresh. POSIX sh: certbot's own image is Alpine.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

usage() {
    cat <<'TEXT'
Usage: renew.sh          issues where there is no certificate, then looks twice a day whether it is time to renew
       renew.sh once     one look, then ends (for a timer of the host or a CronJob); exits 1 when it failed
       renew.sh now      renews at once, whatever its age (the CA limits how often)

Environment: SITE_DOMAIN (several with a space between; the first names the certificate), ACME_EMAIL,
ACME_SERVER (the directory of another CA; Let's Encrypt when empty), REQUESTS_CA_BUNDLE (a CA that signs ACME_SERVER's own
certificate), CERTIFICATES (where nginx reads, /etc/nginx/certificates), ACME_ROOT (webroot, /var/www/acme),
LETSENCRYPT (certbot's own folder, /etc/letsencrypt), WORK (its scratch folder, /tmp/certbot), CERTIFICATES_GROUP (see
deploy-hook.sh), LOOK_SECONDS (between two looks, 43200), RETRY_SECONDS (first pause after a failure, 120).
TEXT
}

log() { # level, message
    printf '{"@timestamp":"%s","log.level":"%s","message":"%s","ecs.version":"9.4.0","service.name":"blogcreator.certbot","event.dataset":"blogcreator.other"}\n' \
        "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$(printf '%s' "$2" | tr '"\\\n\t' "'/  ")"
}

action=${1:-loop}
case $action in
    loop | once | now) ;;
    --help | -h)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
esac

SITE_DOMAIN=$(printf '%s' "${SITE_DOMAIN:-}" | tr 'A-Z,' 'a-z ')
CERTIFICATES=${CERTIFICATES:-/etc/nginx/certificates}
ACME_ROOT=${ACME_ROOT:-/var/www/acme}
LETSENCRYPT=${LETSENCRYPT:-/etc/letsencrypt}
WORK=${WORK:-/tmp/certbot}
LOOK_SECONDS=${LOOK_SECONDS:-43200}
RETRY_SECONDS=${RETRY_SECONDS:-120}
LONGEST_PAUSE=21600
name=blogcreator
lineage=$LETSENCRYPT/live/$name
export CERTIFICATES

main_domain=
for domain in $SITE_DOMAIN; do
    case $domain in
        *[!a-z0-9.*-]* | .* | -*)
            log error "SITE_DOMAIN: '$domain' is not the name of a host. Write it like 'blog.example.org', several with a space between."
            exit 2
            ;;
    esac
    main_domain=${main_domain:-$domain}
done
if [ -z "$main_domain" ]; then
    log error "SITE_DOMAIN is empty. Set it to the name under which the site is reached."
    exit 2
fi
for program in certbot openssl; do
    if ! command -v "$program" >/dev/null; then
        log error "$program is missing in this image."
        exit 2
    fi
done
mkdir -p "$WORK"

certbot_() {
    certbot "$@" --non-interactive --config-dir "$LETSENCRYPT" --work-dir "$WORK/work" --logs-dir "$WORK/logs" \
        --max-log-backups 3 ${ACME_SERVER:+--server "$ACME_SERVER"}
}

covers_all() {
    for domain in $SITE_DOMAIN; do
        openssl x509 -in "$lineage/fullchain.pem" -noout -checkhost "$domain" | grep -q 'does match' || return 1
    done
}

issue() { # further arguments of certbot
    # shellcheck disable=SC2046,SC2086 # One -d for each name.
    certbot_ certonly --webroot --webroot-path "$ACME_ROOT" --cert-name "$name" --key-type ecdsa --elliptic-curve secp256r1 \
        --agree-tos ${ACME_EMAIL:+--email "$ACME_EMAIL"} $([ -n "${ACME_EMAIL:-}" ] || echo --register-unsafely-without-email) \
        --renew-with-new-domains "$@" $(for domain in $SITE_DOMAIN; do echo "-d $domain"; done)
}

look() { # now, or nothing
    if [ ! -e "$lineage/fullchain.pem" ]; then
        log info "There is no certificate for $SITE_DOMAIN yet: asking for one."
        issue || return 1
    elif ! covers_all; then
        log info "The certificate is not for all of $SITE_DOMAIN: asking for a new one."
        issue || return 1
    elif [ "${1:-}" = now ]; then
        issue --force-renewal || return 1
    else
        certbot_ renew --quiet --no-random-sleep-on-renew || return 1
    fi

    # Not certbot's own hook: this also heals a volume that was lost, and a copy that did not succeed the last time.
    RENEWED_LINEAGE=$lineage sh "$here/deploy-hook.sh"
}

explain() {
    reason=$(sed -n 's/^ *Detail: //p; s/.*\(urn:ietf:params:acme:error:[a-zA-Z]*.*\)/\1/p' "$WORK/last.log" | head -n 1)
    log error "No certificate for $SITE_DOMAIN: ${reason:-certbot failed, see above}. Check that the DNS of each name points to this machine (A and AAAA records, no leftover AAAA), that port 80 is open to the world and reaches this nginx, and that nothing in front redirects or answers /.well-known/acme-challenge/. The site goes on with the certificate it has. See docs/runbooks/certificate.md."
}

attempt() {
    code=0
    look "$@" >"$WORK/last.log" 2>&1 || code=$?
    grep -v '^[- ]*$' "$WORK/last.log" | while IFS= read -r line; do
        case $line in
            '{'*) echo "$line" ;;
            *) log info "$line" ;;
        esac
    done
    [ "$code" = 0 ] || explain
    return "$code"
}

case $action in
    once)
        attempt
        exit $?
        ;;
    now)
        attempt now
        exit $?
        ;;
esac

trap 'exit 0' TERM INT QUIT

pause() { # seconds; a signal ends it
    sleep "$1" &
    wait $! || true
}

jitter() { # up to; not everybody at the same minute
    if [ "$1" -gt 0 ]; then
        echo $(($(od -An -N2 -tu2 /dev/urandom | tr -d ' ') % $1))
    else
        echo 0
    fi
}

wait_after_failure=$RETRY_SECONDS
while :; do
    if attempt; then
        wait_after_failure=$RETRY_SECONDS
        pause $((LOOK_SECONDS + $(jitter $((LOOK_SECONDS / 12)))))
    else
        # Let's Encrypt counts failures: five an hour for a name, then it does not listen. Pauses grow for that reason too.
        log warn "The next attempt is in $wait_after_failure seconds."
        pause "$wait_after_failure"
        wait_after_failure=$((wait_after_failure * 2))
        [ "$wait_after_failure" -le "$LONGEST_PAUSE" ] || wait_after_failure=$LONGEST_PAUSE
    fi
done
