#!/usr/bin/env node
// Checks lines of a log against the Elastic Common Schema, by the definitions in npm's @elastic/ecs.
// usage: node ecs-lines.mjs [--tools FOLDER] [--app] FILE...   ('-' reads standard input)
//   --app   lines of a service, which carry the names of the production plan too
// Says what is wrong with each line that is; exit code 1 when there is one, 2 when it cannot check.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isIP } from "node:net";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const files = [];
let tools = resolve(dirname(fileURLToPath(import.meta.url)), "../../artifacts/tools/ecs/node_modules");
let app = false;
for (let i = 2; i < process.argv.length; i++) {
    const argument = process.argv[i];
    if (argument === "--tools") tools = resolve(process.argv[++i] ?? "");
    else if (argument === "--app") app = true;
    else if (argument === "--help" || (argument.startsWith("-") && argument !== "-")) {
        console.error("usage: node ecs-lines.mjs [--tools FOLDER] [--app] FILE...");
        process.exit(argument === "--help" ? 0 : 2);
    } else files.push(argument);
}

let schema;
try {
    schema = createRequire(join(tools, "x.js"))("@elastic/ecs");
} catch {
    console.error(`@elastic/ecs is not in ${tools}: npm install --prefix artifacts/tools/ecs --no-save @elastic/ecs@9.4.0`);
    process.exit(2);
}

const { EcsFlat: known, EcsVersion: version } = schema;

// What we add. The schema leaves names that it does not know to whoever writes the lines.
const plan = { timestamp: "date", level: "keyword", module: "keyword", function: "keyword", exception: "keyword" };
const custom = [
    [/^labels\.[A-Za-z0-9_]+$/, "keyword"],
    [/^nginx\.(access|error)\.connection$/, "long"],
    [/^nginx\.access\.(upstream\.(address|status|response_time|cache)|tls_curve)$/, "keyword"],
];
const needed = ["@timestamp", "ecs.version", "message", "log.level", "service.name", "event.dataset"];
const levels = new Set(["trace", "debug", "info", "notice", "warn", "error", "crit", "alert", "emerg", "fatal"]);
const datasets = new Set(["api", "web", "nginx", "security", "other"].map(name => `blogcreator.${name}`));
const whole = { long: [-(2n ** 63n), 2n ** 63n - 1n], integer: [-(2n ** 31n), 2n ** 31n - 1n] };

const isDate = value => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value));

function faultOf(type, value, field) {
    switch (type) {
        case "keyword": case "constant_keyword": case "wildcard": case "match_only_text": case "text":
            if (typeof value !== "string") return `is ${JSON.stringify(value)}, not text`;
            if (field?.allowed_values && !field.allowed_values.some(allowed => allowed.name === value)) return `is "${value}", which the schema does not allow`;
            return null;
        case "long": case "integer":
            return Number.isInteger(value) && BigInt(value) >= whole[type][0] && BigInt(value) <= whole[type][1] ? null : `is ${JSON.stringify(value)}, not a whole number`;
        case "float": case "double": case "scaled_float":
            return typeof value === "number" ? null : `is ${JSON.stringify(value)}, not a number`;
        case "boolean":
            return typeof value === "boolean" ? null : `is ${JSON.stringify(value)}, not true or false`;
        case "date":
            return typeof value === "string" && isDate(value) ? null : `is ${JSON.stringify(value)}, not a time with its zone`;
        case "ip":
            return typeof value === "string" && isIP(value) ? null : `is ${JSON.stringify(value)}, not an address`;
        default:
            return `has the type ${type}, which a line cannot hold`;
    }
}

function* faults(text) {
    // eslint-disable-next-line no-control-regex
    if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)) yield "holds a control character";
    let line;
    try {
        line = JSON.parse(text);
    } catch (error) {
        yield `is no JSON: ${error.message}`;
        return;
    }
    if (typeof line !== "object" || line === null || Array.isArray(line)) {
        yield "is no JSON object";
        return;
    }

    for (const name of needed) if (!(name in line)) yield `lacks ${name}`;
    if (line["ecs.version"] !== version) yield `ecs.version is ${line["ecs.version"]}, not ${version}`;
    if ("log.level" in line && !levels.has(line["log.level"])) yield `log.level is "${line["log.level"]}"`;
    if (!datasets.has(line["event.dataset"])) yield `event.dataset is "${line["event.dataset"]}"`;
    if (app) {
        for (const name of ["timestamp", "level", "module"]) if (!(name in line)) yield `lacks ${name} of the plan`;
        for (const [name, same] of [["timestamp", "@timestamp"], ["level", "log.level"], ["module", "log.logger"], ["function", "log.origin.function"]])
            if (line[name] !== line[same]) yield `${name} is not what ${same} is`;
    }

    for (const [name, value] of Object.entries(line)) {
        const field = known[name];
        const type = field?.type ?? plan[name] ?? custom.find(([pattern]) => pattern.test(name))?.[1];
        if (type === undefined) {
            yield `${name} is neither in the schema nor one of ours`;
            continue;
        }
        const isList = field?.normalize?.includes("array") ?? false;
        if (isList !== Array.isArray(value)) {
            yield `${name} is ${isList ? "no" : "a"} list`;
            continue;
        }
        for (const one of isList ? value : [value]) {
            const fault = faultOf(type, one, field);
            if (fault) yield `${name} ${fault}`;
        }
    }

    for (const category of Array.isArray(line["event.category"]) ? line["event.category"] : []) {
        const expected = known["event.category"].allowed_values.find(allowed => allowed.name === category)?.expected_event_types;
        for (const type of Array.isArray(line["event.type"]) ? line["event.type"] : [])
            if (expected && !expected.includes(type)) yield `event.type "${type}" does not go with the category "${category}"`;
    }
}

let lines = 0;
let bad = 0;
for (const file of files.length > 0 ? files : ["-"]) {
    const text = readFileSync(file === "-" ? 0 : file, "utf8");
    for (const [index, line] of text.split("\n").entries()) {
        if (line === "") continue;
        lines++;
        const wrong = [...faults(line)];
        if (wrong.length > 0) {
            bad++;
            console.log(`${file}:${index + 1}: ${wrong.join("; ")}\n    ${line.slice(0, 2000)}`);
        }
    }
}
console.log(`${lines} lines, ${bad} of them not as the schema ${version} has it`);
process.exit(bad > 0 ? 1 : 0);
