#!/usr/bin/env bash
# Builds the images of this commit and, with --push, sends them to the registry with provenance and a bill of materials
# inside. They are named by the commit alone: no name of an image ever means something else later, so a rollback finds
# what was there before. Digests go to GITHUB_OUTPUT as api=sha256:..., web=..., postgres=...
set -euo pipefail
usage="usage: build-images.sh --registry REGISTRY[/NAME] [--push] [--only api,web,postgres]"
registry="" push=false only=api,web,postgres
while [ $# -gt 0 ]; do
    case "$1" in
        --registry) registry=${2:?$usage}; shift 2 ;;
        --only) only=${2:?$usage}; shift 2 ;;
        --push) push=true; shift ;;
        -h | --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
done
case "$registry" in
    "") echo "$usage" >&2; exit 2 ;;
    */) echo "No account is set: DOCKER_USERNAME is empty. Add it to the secrets of the repository." >&2; exit 1 ;;
esac
cd "$(dirname "${BASH_SOURCE[0]}")/.."
commit=${GITHUB_SHA:-$(git rev-parse HEAD)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

buildx=false
if docker buildx version >/dev/null 2>&1; then
    buildx=true
elif $push; then
    echo "docker has no buildx here, and without it an image is pushed without provenance: install docker-buildx." >&2
    exit 1
fi
# The builder that comes with the engine cannot attach attestations to what it pushes.
if $push; then docker buildx create --use --name blogcreator-ci --driver docker-container >/dev/null; fi

for name in ${only//,/ }; do
    case "$name" in
        api) context=. file=BlogCreator.Api/Dockerfile ;;
        web) context=. file=BlogCreator.Web/Dockerfile ;;
        postgres) context=deploy/postgres file=deploy/postgres/Dockerfile ;;
        *) echo "There is no image '$name': api, web or postgres." >&2; exit 2 ;;
    esac
    image=$registry/blogcreator-$name:$commit
    echo "== $image"
    arguments=(--file "$file" --tag "$image"
        --label "org.opencontainers.image.revision=$commit"
        --label "org.opencontainers.image.source=${GITHUB_SERVER_URL:-https://github.com}/${GITHUB_REPOSITORY:-}")
    if $push; then
        docker buildx build "${arguments[@]}" --provenance=mode=max --sbom=true --push --metadata-file "$work/$name.json" "$context"
        digest=$(jq -er '."containerimage.digest"' "$work/$name.json")
        echo "$name=$digest" >>"${GITHUB_OUTPUT:-/dev/stdout}"
    elif $buildx; then
        docker buildx build "${arguments[@]}" --load "$context"
    else
        # An older engine builds the same file; only what is pushed needs buildx.
        DOCKER_BUILDKIT=1 docker build "${arguments[@]}" "$context"
    fi
done
