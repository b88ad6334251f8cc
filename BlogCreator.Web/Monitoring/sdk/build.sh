#!/usr/bin/env bash
# Makes wwwroot/js/vendor/sentry.js again, the same bytes each time: npm ci takes what package-lock.json says and nothing else.
# Run it after a change of package.json (npm install --package-lock-only --omit-lockfile-registry-resolved).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/../../wwwroot/js/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$here"/{package.json,package-lock.json,sentry.js} "$work"
cd "$work"
npm ci --ignore-scripts --no-audit --no-fund --silent
version=$(node -p 'require("./node_modules/@sentry/browser/package.json").version')
node node_modules/esbuild/bin/esbuild sentry.js --bundle --minify --format=esm --target=es2022 --legal-comments=none \
    --define:__SENTRY_DEBUG__=false --define:__SENTRY_TRACING__=false \
    --banner:js="/* @sentry/browser $version, MIT, sentry-LICENSE.txt; made by Monitoring/sdk/build.sh */" \
    --log-level=warning --outfile="$out/sentry.js"
cp node_modules/@sentry/browser/LICENSE "$out/sentry-LICENSE.txt"
