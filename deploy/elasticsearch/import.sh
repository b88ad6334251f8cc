#!/bin/sh
# Tells Elasticsearch how long Blog Creator's logs are kept and what their fields are. Run before the first line is written,
# and as often as one likes: it puts the same again. Logstash runs it at every start.
# usage: import.sh    (environment: ELASTICSEARCH_HOSTS, ELASTICSEARCH_PASSWORD_FILE, IMPORT_RETRIES)
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
hosts=${ELASTICSEARCH_HOSTS:-http://elasticsearch:9200}
file=${ELASTICSEARCH_PASSWORD_FILE:-/run/secrets/elasticsearch-password}
[ -s "$file" ] || {
    echo "import.sh: $file is missing or empty. Make the secrets with: deploy/blogctl init" >&2
    exit 1
}
# A configuration of curl, on its standard input: a password shows neither in arguments nor in the environment.
quoted=$(sed 's/[\\"]/\\&/g' "$file")

put() { # path, file
    answer=$(printf 'user = "elastic:%s"\n' "$quoted" |
        curl -sS -K - -w '\n%{http_code}' --retry "${IMPORT_RETRIES:-30}" --retry-connrefused --retry-delay 2 --max-time 30 \
            -H 'Content-Type: application/json' -X PUT --data-binary "@$here/$2" "$hosts/$1") || {
        echo "import.sh: $hosts cannot be reached." >&2
        exit 1
    }
    case ${answer##*
} in
        200) ;;
        401 | 403)
            echo "import.sh: $hosts does not take the password in $file for the user elastic." >&2
            exit 1
            ;;
        *)
            echo "import.sh: $hosts did not take $2 as $1: $answer" >&2
            exit 1
            ;;
    esac
}

# What is named before who names it.
put _ilm/policy/blogcreator-logs policy-logs.json
put _ilm/policy/blogcreator-security policy-security.json
put _component_template/blogcreator-logs component-logs.json
put _index_template/blogcreator-logs index-logs.json
put _index_template/blogcreator-security index-security.json
echo "import.sh: Elasticsearch knows Blog Creator's logs."
