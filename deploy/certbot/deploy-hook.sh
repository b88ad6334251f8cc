#!/bin/sh
# Hands a certificate to nginx: checks the pair in RENEWED_LINEAGE (as certbot calls it), copies it to CERTIFICATES and keeps
# the one before in CERTIFICATES/previous. Nothing happens when nginx has it already. nginx notices by itself.
#
# CERTIFICATES_GROUP: the group that nginx runs as. With it the key is 0640 and of that group; without it 0644, since the
# folder is a volume that only certbot and nginx see and certbot cannot know the number of nginx's user.
set -eu

CERTIFICATES=${CERTIFICATES:-/etc/nginx/certificates}

refuse() {
    echo "deploy-hook: $1 nginx keeps the certificate it has." >&2
    exit 1
}

case ${1:-} in
    '') ;;
    *)
        sed -n '2,6s/^# \{0,1\}//p' "$0"
        [ "$1" = --help ] || exit 2
        exit 0
        ;;
esac

[ -n "${RENEWED_LINEAGE:-}" ] || refuse "RENEWED_LINEAGE is not set: it is the folder of the certificate, like /etc/letsencrypt/live/blogcreator."
for file in fullchain.pem privkey.pem; do
    [ -r "$RENEWED_LINEAGE/$file" ] || refuse "$RENEWED_LINEAGE/$file cannot be read."
done

of_certificate=$(openssl x509 -in "$RENEWED_LINEAGE/fullchain.pem" -noout -pubkey 2>/dev/null) || refuse "fullchain.pem holds no certificate."
of_key=$(openssl pkey -in "$RENEWED_LINEAGE/privkey.pem" -passin pass: -pubout 2>/dev/null) || refuse "privkey.pem holds no key without a password."
[ "$of_certificate" = "$of_key" ] || refuse "privkey.pem is not the key of fullchain.pem."
openssl x509 -in "$RENEWED_LINEAGE/fullchain.pem" -noout -checkend 0 >/dev/null || refuse "The certificate has expired."

if cmp -s "$RENEWED_LINEAGE/fullchain.pem" "$CERTIFICATES/fullchain.pem" && cmp -s "$RENEWED_LINEAGE/privkey.pem" "$CERTIFICATES/privkey.pem"; then
    exit 0
fi

mkdir -p "$CERTIFICATES/pairs"
serial=$(openssl x509 -in "$RENEWED_LINEAGE/fullchain.pem" -noout -serial)
# A name of its own also where the same certificate is handed over twice within a second.
pair=$(mktemp -d "$CERTIFICATES/pairs/$(date -u +%Y%m%dT%H%M%SZ)-${serial#serial=}-XXXXXX")
pair=pairs/${pair##*/}
umask 077
cat "$RENEWED_LINEAGE/privkey.pem" >"$CERTIFICATES/$pair/privkey.pem"
cat "$RENEWED_LINEAGE/fullchain.pem" >"$CERTIFICATES/$pair/fullchain.pem"
chmod 755 "$CERTIFICATES/pairs" "$CERTIFICATES/$pair"
chmod 644 "$CERTIFICATES/$pair/fullchain.pem"
if [ -n "${CERTIFICATES_GROUP:-}" ]; then
    chgrp "$CERTIFICATES_GROUP" "$CERTIFICATES/$pair/privkey.pem" || refuse "The key cannot be given to group $CERTIFICATES_GROUP: run certbot as a member of it."
    chmod 640 "$CERTIFICATES/$pair/privkey.pem"
else
    chmod 644 "$CERTIFICATES/$pair/privkey.pem"
fi

link() { # target, name: changed in one step
    ln -s "$1" "$CERTIFICATES/$2.new"
    mv -T "$CERTIFICATES/$2.new" "$CERTIFICATES/$2"
}

rm -f "$CERTIFICATES/current.new" "$CERTIFICATES/previous.new" "$CERTIFICATES/fullchain.pem.new" "$CERTIFICATES/privkey.pem.new"
before=$(readlink "$CERTIFICATES/current" 2>/dev/null || true)
[ -z "$before" ] || link "$before" previous
# Both files change at once, since both go through this one link.
link "$pair" current
for file in fullchain.pem privkey.pem; do
    [ "$(readlink "$CERTIFICATES/$file" 2>/dev/null)" = "current/$file" ] || link "current/$file" "$file"
done

for old in "$CERTIFICATES"/pairs/*; do
    case pairs/${old##*/} in
        "$pair" | "$before") ;;
        *) rm -rf "$old" ;;
    esac
done
echo "deploy-hook: nginx gets the certificate $serial, $(openssl x509 -in "$RENEWED_LINEAGE/fullchain.pem" -noout -enddate)."
