#!/usr/bin/env bash
# The images of both services: built, looked into, and run with as little as production gives them.
# Needs a container engine and the base images (README.md beside this file). Ends with "N passed, N failed".
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=deploy/tests/lib.sh
. "$here/lib.sh"
need_docker
work=$(mktemp -d)
registry=127.0.0.1:5056
registry_pid=
finish() {
    docker rm -f blogcreator-images-db blogcreator-images-api blogcreator-images-web >/dev/null 2>&1 || true
    docker network rm blogcreator-images >/dev/null 2>&1 || true
    docker image rm blogcreator-test/context blogcreator-images-published:1 >/dev/null 2>&1 || true
    [ -n "$registry_pid" ] && kill "$registry_pid" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT

for service in Api Web; do
    name=blogcreator-test/${service,,}
    check "The image of $service builds" docker build -f "$root/BlogCreator.$service/Dockerfile" -t "$name" --build-arg VERSION=7.7.7 --build-arg REVISION=abc "$root"
    inspect() { docker image inspect --format "$1" "$name"; }
    check "$service runs as a numbered user that is not root" test "$(inspect '{{.Config.User}}')" = 1654:1654
    check "$service looks after its own health, without a shell" test "$(inspect '{{join .Config.Healthcheck.Test " "}}')" = "CMD dotnet BlogCreator.$service.dll healthcheck"
    check "$service says what it is" test "$(inspect '{{index .Config.Labels "org.opencontainers.image.version"}} {{index .Config.Labels "org.opencontainers.image.revision"}}')" = "7.7.7 abc"
    again() { docker build -f "$root/BlogCreator.$service/Dockerfile" -t "$name" --build-arg VERSION=7.7.7 --build-arg REVISION=def --progress plain "$root" 2>&1 | grep -A3 'RUN dotnet restore' | grep -q CACHED; }
    check "$service restores its packages from the cache when only the source changes" again
    say "        $service: $(inspect '{{.Size}}' | awk '{printf "%.0f MB", $1 / 1e6}') with its base"
done

# What a build sees, with things in the folder that must not leave it.
mkdir -p "$work/copy"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 tar c) | tar x -C "$work/copy"
mkdir -p "$work/copy/deploy/compose/secrets" "$work/copy/.data" "$work/copy/BlogCreator.Api/secrets" "$work/copy/.git"
for file in deploy/compose/secrets/postgres-password deploy/compose/.env .data/blog.db BlogCreator.Api/secrets/x BlogCreator.Api/.env .git/config; do echo canary-7731 >"$work/copy/$file"; done
printf 'FROM scratch\nCOPY . /context/\n' >"$work/Dockerfile"
check "The context of a build can be looked at" docker build -q -f "$work/Dockerfile" -t blogcreator-test/context "$work/copy"
context_is_clean() {
    docker save blogcreator-test/context | tar x -C "$work" --wildcards '*/layer.tar' -O >"$work/context.tar"
    ! grep -q canary-7731 "$work/context.tar" && ! tar tf "$work/context.tar" | grep -E '(BlogCreator\.Tests|\.git/|/docs/|/secrets|\.env$|\.data)'
}
check "It holds no secret, no data, no tests and no history" context_is_clean

# As production runs them: nothing to write to but /tmp, no privileges, little memory.
docker network create blogcreator-images >/dev/null
docker run -d --name blogcreator-images-db --network blogcreator-images -e POSTGRES_PASSWORD=tests-only -e POSTGRES_DB=blogdb postgres:18 >/dev/null
eventually 60 docker exec blogcreator-images-db pg_isready -h 127.0.0.1 -U postgres -d blogdb
confined() {
    docker run --network blogcreator-images --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --memory 512m --pids-limit 256 \
        -e "ConnectionStrings__blogdb=Host=blogcreator-images-db;Username=postgres;Password=tests-only;Database=blogdb" \
        -e Storage__Path=/data/files -e DataProtection__Path=/data/keys -e services__api__http__0=http://blogcreator-images-api:8080 \
        --tmpfs /data/files:uid=1654 --tmpfs /data/keys:uid=1654 -e Shutdown__DrainSeconds=1 "$@"
}
check "migrate runs and ends" confined --rm blogcreator-test/api migrate
confined -d --name blogcreator-images-api blogcreator-test/api >/dev/null
confined -d --name blogcreator-images-web blogcreator-test/web >/dev/null
healthy() { [ "$(docker inspect --format '{{.State.Health.Status}}' "$1")" = healthy ] || { docker logs --tail 5 "$1"; return 1; }; }
for service in api web; do
    check "$service becomes healthy, confined" eventually 60 healthy "blogcreator-images-$service"
    check "$service is ready" eventually 30 docker exec "blogcreator-images-$service" dotnet "BlogCreator.${service^}.dll" healthcheck ready
    check "$service stops when asked, with exit code 0" sh -c "docker stop -t 30 blogcreator-images-$service && test \$(docker inspect -f '{{.State.ExitCode}}' blogcreator-images-$service) = 0"
done

# The SDK's own way to an image, which needs no engine: from the same base, pushed to a registry and run.
if command -v docker-registry >/dev/null; then
    printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s/registry}}\nhttp: {addr: "%s"}\n' "$work" "$registry" >"$work/registry.yml"
    docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
    registry_pid=$!
    eventually 20 curl -fsS "http://$registry/v2/"
    docker tag mcr.microsoft.com/dotnet/aspnet:10.0 "$registry/dotnet/aspnet:10.0"
    docker push -q "$registry/dotnet/aspnet:10.0" >/dev/null
    check "dotnet publish /t:PublishContainer makes an image" env DOTNET_CONTAINER_INSECURE_REGISTRIES="$registry" \
        dotnet publish "$root/BlogCreator.Web" -c Release -v q /t:PublishContainer -p:ContainerBaseImage="$registry/dotnet/aspnet:10.0" \
        -p:ContainerRepository=blogcreator-images-published -p:ContainerImageTag=1 -p:ContainerArchiveOutputPath="$work/published.tar.gz" -p:ArtifactsPath="$work/artifacts"
    docker load -q -i "$work/published.tar.gz" >/dev/null
    check "which answers its health check" sh -c "id=\$(docker run -d --rm -e DataProtection__Path=/tmp/keys blogcreator-images-published:1) && trap \"docker rm -f \$id >/dev/null\" EXIT && for i in \$(seq 60); do docker exec \$id dotnet BlogCreator.Web.dll healthcheck && exit 0; sleep 0.5; done; docker logs \$id; exit 1"
    docker image rm "$registry/dotnet/aspnet:10.0" >/dev/null
fi
summary
