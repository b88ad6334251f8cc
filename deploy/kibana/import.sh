#!/bin/sh
# Gives Kibana the data view, the saved searches and the dashboard of saved-objects.ndjson. As often as one likes: what is
# there by the same id is replaced. start.sh runs it beside Kibana, for which it waits.
# usage: import.sh    (environment: KIBANA_HOST, ELASTICSEARCH_PASSWORD_FILE, IMPORT_RETRIES)
set -eu

case ${1:-} in
    '') ;;
    *)
        sed -n '2,4s/^# //p' "$0"
        [ "$1" = --help ] || exit 2
        exit 0
        ;;
esac

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
host=${KIBANA_HOST:-http://localhost:5601}
file=${ELASTICSEARCH_PASSWORD_FILE:-/run/secrets/elasticsearch-password}
[ -s "$file" ] || {
    echo "import.sh: $file is missing or empty. Make the secrets with: deploy/blogctl init" >&2
    exit 1
}
# A configuration of curl, on its standard input: a password shows neither in arguments nor in the environment.
quoted=$(sed 's/[\\"]/\\&/g' "$file")

# Until it is ready it answers 503 or not at all; its first start takes minutes.
answer=$(printf 'user = "elastic:%s"\n' "$quoted" |
    curl -sS -K - -w '\n%{http_code}' --retry "${IMPORT_RETRIES:-120}" --retry-connrefused --retry-delay 5 --max-time 60 \
        -H 'kbn-xsrf: blogcreator' -F "file=@$here/saved-objects.ndjson" "$host/api/saved_objects/_import?overwrite=true") || {
    echo "import.sh: $host cannot be reached." >&2
    exit 1
}
case ${answer##*
} in
    200) ;;
    401 | 403)
        echo "import.sh: $host does not take the password in $file for the user elastic." >&2
        exit 1
        ;;
    *)
        echo "import.sh: $host did not take the saved objects: $answer" >&2
        exit 1
        ;;
esac
# It answers 200 also when it left some out.
case $answer in
    *'"success":true'*) echo "import.sh: Kibana has the searches and the dashboard." ;;
    *)
        echo "import.sh: $host left some of the saved objects out: $answer" >&2
        exit 1
        ;;
esac
