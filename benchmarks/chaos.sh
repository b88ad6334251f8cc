#!/usr/bin/env bash
# People upload, generate and publish on two replicas while these are killed, the database is restarted and killed, Redis is
# killed and hung, search answers 503 and the disk is full; then everything is counted. chaos.sh [--seed N] [--kills 50]; a
# failing run is repeated with its seed. Needs PostgreSQL, better Redis too; as root it also fills a small disk.
set -euo pipefail
cd "$(dirname "$0")/.."
export CHAOS_SEED="" CHAOS_KILLS=50
while [ $# -gt 0 ]; do
    case "$1" in
        --seed) CHAOS_SEED=$2; shift 2 ;;
        --kills) CHAOS_KILLS=$2; shift 2 ;;
        *) echo "usage: chaos.sh [--seed N] [--kills N]" >&2; exit 2 ;;
    esac
done
exec dotnet run --project BlogCreator.Tests -- -class "BlogCreator.Tests.Chaos.ChaosTests" -showLiveOutput
