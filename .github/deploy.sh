#!/usr/bin/env bash
# Copies deploy/ of the checked-out commit to the host and runs deploy/rollout.sh there, by plain ssh with the host's key
# known beforehand. What git does not hold is never touched there: secrets, .env, overrides, the state of earlier rollouts.
set -euo pipefail
usage="usage: deploy.sh --api IMAGE@sha256:... --web IMAGE@sha256:...
Needs in the environment: DEPLOY_HOST, DEPLOY_USER, DEPLOY_KEY (private key) and DEPLOY_HOST_KEY (as ssh-keyscan prints it).
May have: DEPLOY_PATH (default /opt/blog-creator), DEPLOY_PORT (default 22)."
api="" web=""
while [ $# -gt 0 ]; do
    case "$1" in
        --api) api=${2:?$usage}; shift 2 ;;
        --web) web=${2:?$usage}; shift 2 ;;
        -h | --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
done
for name in DEPLOY_HOST DEPLOY_USER DEPLOY_KEY; do
    [ -n "${!name:-}" ] || { echo "The secret $name is not set: add it to the environment 'production'." >&2; exit 1; }
done
[ -n "${DEPLOY_HOST_KEY:-}" ] || {
    echo "The variable DEPLOY_HOST_KEY is not set. Take it on the host itself (ssh-keyscan -t ed25519 localhost) and write" >&2
    echo "the host's public name in place of 'localhost'. Without it anyone in between could pass for the host." >&2
    exit 1
}
path=${DEPLOY_PATH:-/opt/blog-creator}
# These become words of a command on the host.
[[ $path =~ ^/[A-Za-z0-9._/-]+$ ]] || { echo "DEPLOY_PATH must be an absolute path of plain characters, not '$path'." >&2; exit 1; }
for image in "$api" "$web"; do
    [[ $image =~ ^[a-z0-9][a-z0-9._/:-]*@sha256:[0-9a-f]{64}$ ]] || { echo "'$image' is not an image by its digest." >&2; exit 1; }
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(umask 077 && printf '%s\n' "$DEPLOY_KEY" >"$work/key" && printf '%s\n' "$DEPLOY_HOST_KEY" >"$work/hosts")
unset DEPLOY_KEY
on_host() {
    ssh -F none -i "$work/key" -p "${DEPLOY_PORT:-22}" -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes \
        -o UserKnownHostsFile="$work/hosts" -o GlobalKnownHostsFile=/dev/null -o UpdateHostKeys=no -o ConnectTimeout=20 \
        -o ServerAliveInterval=15 "$DEPLOY_USER@$DEPLOY_HOST" "$@"
}

commit=$(git rev-parse HEAD)
echo "== deploy/ of $commit to $path"
# What an earlier commit had and this one has not goes away too, by the list that the earlier one left.
git ls-tree -r --name-only HEAD -- deploy | LC_ALL=C sort >"$work/files"
git archive HEAD -- deploy >"$work/deploy.tar"
tar -rf "$work/deploy.tar" --transform 's|^files$|deploy/.files.new|' -C "$work" files
# shellcheck disable=SC2087 # Expanded here on purpose: both names were checked above.
on_host "set -eu
    mkdir -p $path && cd $path
    tar -xf -
    if [ -f deploy/.files ]; then
        LC_ALL=C comm -23 deploy/.files deploy/.files.new | while IFS= read -r gone; do rm -f -- \"\$gone\"; done
    fi
    mv deploy/.files.new deploy/.files" <"$work/deploy.tar"
echo "== rollout"
on_host "cd $path && exec deploy/rollout.sh deploy --api $api --web $web" </dev/null
