#!/bin/sh
# Starts Kibana with the password of its own user, kibana_system, which Elasticsearch does not set by itself.
# Secrets are read here and passed on standard input, so that they show neither in arguments nor in the container's settings.
set -eu

case ${1:-} in
    '') ;;
    *)
        sed -n '2,3s/^# //p' "$0"
        [ "$1" = --help ] || exit 2
        exit 0
        ;;
esac

hosts=${ELASTICSEARCH_HOSTS:-http://elasticsearch:9200}
file=${ELASTICSEARCH_PASSWORD_FILE:-/run/secrets/elasticsearch-password}
[ -s "$file" ] || {
    echo "start.sh: $file is missing or empty. Make the secrets with: deploy/blogctl init" >&2
    exit 1
}
ELASTICSEARCH_PASSWORD=$(cat "$file")
export ELASTICSEARCH_PASSWORD

# A configuration of curl; a password may hold a backslash or a quote.
quoted=$(printf '%s' "$ELASTICSEARCH_PASSWORD" | sed 's/[\\"]/\\&/g')
in_json=$(printf '%s' "{\"password\":\"$quoted\"}" | sed 's/[\\"]/\\&/g')
printf 'user = "elastic:%s"\ndata = "%s"\n' "$quoted" "$in_json" |
    curl -fsS -o /dev/null --retry 30 --retry-connrefused --retry-delay 2 -H 'Content-Type: application/json' \
        -X POST -K - "$hosts/_security/user/kibana_system/_password" || {
    echo "start.sh: $hosts did not take the password of kibana_system." >&2
    exit 1
}

# Waits for the Kibana that this becomes; without the searches it is still a Kibana.
/bin/sh "$(dirname -- "$0")/import.sh" &

exec /usr/local/bin/kibana-docker
