// Whether the dashboard has the shape that Grafana's own types describe, panels with their options included. Grafana itself
// reads it without a word and shows an empty panel where a name is wrong.
//   node dashboard-types.mjs FOLDER_OF_NODE_MODULES SCRATCH
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [modules, scratch] = process.argv.slice(2);
const dashboard = JSON.parse(readFileSync("deploy/monitoring/grafana/dashboards/app-dashboard.json", "utf8"));
const types = join(scratch, "node_modules/@grafana/schema");
mkdirSync(types, { recursive: true });
cpSync(join(modules, "@grafana/schema"), types, { recursive: true });
// A file of JSON holds the texts for which TypeScript has enumerations; these become the texts that they stand for.
for (const entry of readdirSync(join(types, "dist/types"), { recursive: true })) {
    if (!entry.endsWith(".d.ts")) continue;
    const file = join(types, "dist/types", entry);
    const text = readFileSync(file, "utf8");
    const changed = text.replace(/enum (\w+) \{([^}]*)\}/g, (_, name, body) => `type ${name} = ${[...body.matchAll(/=\s*("[^"]*"|-?\d+)/g)].map(found => found[1]).join(" | ") || "never"};`);
    if (changed !== text) writeFileSync(file, changed);
}

const kinds = { timeseries: "TimeSeries", stat: "Stat", heatmap: "Heatmap" };
const lines = ['import type { Dashboard } from "@grafana/schema";'];
for (const [kind, name] of Object.entries(kinds))
    lines.push(`import type * as ${name} from "./node_modules/@grafana/schema/dist/types/raw/composable/${kind}/panelcfg/x/${name}PanelCfg_types.gen";`);
// Annotations from Prometheus carry names of its plugin, which has no published types.
lines.push(`export const dashboard: Dashboard = ${JSON.stringify({ ...dashboard, annotations: { list: dashboard.annotations.list.slice(0, 1) } })};`);
for (const panel of dashboard.panels.filter(panel => panel.type !== "row")) {
    const name = kinds[panel.type];
    if (!name) throw new Error(`${panel.title}: there are no types here for a panel of the kind ${panel.type}.`);
    lines.push(`// ${panel.title}`, `export const options${panel.id}: ${name}.Options = ${JSON.stringify(panel.options)};`);
    const custom = panel.fieldConfig.defaults.custom;
    if (custom) lines.push(`export const custom${panel.id}: ${name}.FieldConfig = ${JSON.stringify(custom)};`);
}

writeFileSync(join(scratch, "dashboard.ts"), lines.join("\n"));
execFileSync(process.execPath, [
    join(modules, "typescript/lib/tsc.js"), "--noEmit", "--strict", "--skipLibCheck", "--moduleResolution", "bundler", "--module", "esnext", "--target", "es2022", join(scratch, "dashboard.ts"),
], { stdio: "inherit" });
console.log(`${dashboard.panels.length} panels`);
