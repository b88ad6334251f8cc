#!/usr/bin/env node
// Runs the `run:` steps of a workflow on this machine, job by job in the order of `needs`, with the runner's environment
// around them. What only GitHub can do (`uses:`, secrets, its API) is skipped and named. No stand-in for GitHub: expressions
// are evaluated as far as our own workflows use them, and anything else is an error.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { execFileSync } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const usage = `usage: node .github/run-steps.mjs [--workflow ci.yml] [--job NAME]... [--event pull_request|push] [--list] [--scripts FOLDER]

  --job      only these jobs; what they need is taken as passed
  --event    the event that starts the workflow (default pull_request)
  --list     says what would be run and what would be skipped, and why
  --scripts  writes each step's script into FOLDER instead (for shellcheck)

Set TEST_FILTER to try a test step with few tests, as TEST_FILTER="--filter-class BlogCreator.Tests.SolutionTests".
The parser comes from artifacts/tools/lint: .github/install.sh linters`;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const options = { workflow: "ci.yml", jobs: [], event: "pull_request", list: false, scripts: null };
for (let args = process.argv.slice(2); args.length > 0;) {
  const [name, value] = args;
  const takesValue = ["--workflow", "--job", "--event", "--scripts"].includes(name);
  if (name === "--help" || name === "-h") { console.log(usage); process.exit(0); }
  if (name !== "--list" && (!takesValue || value === undefined)) { console.error(usage); process.exit(2); }
  if (name === "--list") options.list = true;
  else if (name === "--job") options.jobs.push(value);
  else options[name.slice(2)] = value;
  args = args.slice(takesValue ? 2 : 1);
}

const parser = path.join(root, "artifacts/tools/lint/node_modules/yaml");
if (!existsSync(parser)) { console.error("The YAML parser is not there. Run .github/install.sh linters first."); process.exit(2); }
const { parse } = createRequire(import.meta.url)(parser);
const file = path.join(root, ".github/workflows", options.workflow);
const workflow = parse(readFileSync(file, "utf8"));
const git = (...args) => execFileSync("git", ["-C", root, ...args], { encoding: "utf8" }).trim();

const github = {
  sha: git("rev-parse", "HEAD"),
  event_name: options.event,
  ref: options.event === "push" ? "refs/heads/main" : "refs/pull/1/merge",
  ref_name: options.event === "push" ? "main" : "1/merge",
  repository: process.env.GITHUB_REPOSITORY ?? "owner/blog-creator",
  actor: "someone",
  run_id: "1",
  workspace: root,
  server_url: "https://github.com",
};

// ---- expressions: contexts, ==, !=, &&, ||, !, and the status functions
function evaluate(expression, contexts) {
  const tokens = expression.match(/'(?:[^']|'')*'|[A-Za-z_][\w-]*(?:\.[\w-]+)*|\d+|==|!=|&&|\|\||[!()]|\S/g) ?? [];
  let at = 0;
  const take = expected => {
    if (expected !== undefined && tokens[at] !== expected) throw new Error(`Expected ${expected} in: ${expression}`);
    return tokens[at++];
  };
  const or = () => { let left = and(); while (tokens[at] === "||") { take(); const right = and(); left = left || right; } return left; };
  const and = () => { let left = same(); while (tokens[at] === "&&") { take(); const right = same(); left = left && right; } return left; };
  const same = () => {
    const left = unary();
    if (tokens[at] !== "==" && tokens[at] !== "!=") return left;
    const equal = take() === "==";
    return (String(left ?? "") === String(unary() ?? "")) === equal;
  };
  const unary = () => {
    const token = take();
    if (token === "!") return !unary();
    if (token === "(") { const value = or(); take(")"); return value; }
    if (/^'/.test(token)) return token.slice(1, -1).replaceAll("''", "'");
    if (/^\d+$/.test(token)) return Number(token);
    if (token === "true" || token === "false") return token === "true";
    if (tokens[at] === "(") {
      take("("); take(")");
      if (token === "always") return true;
      if (token === "success") return !contexts.failed;
      if (token === "failure") return contexts.failed;
      throw new Error(`The function ${token}() is not known here: ${expression}`);
    }
    const [name, ...rest] = token?.split(".") ?? [];
    if (!(name in contexts)) throw new Error(`'${token}' is not known here: ${expression}`);
    return rest.reduce((value, key) => value?.[key], contexts[name]);
  };
  const value = or();
  if (at !== tokens.length) throw new Error(`Not understood here: ${expression}`);
  return value;
}

const fill = (text, contexts) => String(text ?? "").replace(/\$\{\{(.*?)\}\}/gs, (_, inner) => String(evaluate(inner.trim(), contexts) ?? ""));

// ---- what cannot be done here
function reasonToSkip(step, job) {
  if (step.uses) return `uses ${step.uses.split("@")[0]}`;
  const inputs = JSON.stringify([step.env ?? {}, step.run ?? "", step.if ?? ""]);
  const secret = inputs.match(/secrets\.(\w+)/);
  if (secret) return `needs the secret ${secret[1]}`;
  if (/github\.token/.test(inputs)) return "needs GitHub's API";
  const skipped = inputs.match(/(?:steps|needs)\.([\w-]+)\.outputs/);
  if (skipped && job.withoutOutputs.has(skipped[1])) return `needs the output of the skipped step '${skipped[1]}'`;
  return null;
}

function readPairs(file) {
  const pairs = {};
  const lines = readFileSync(file, "utf8").split("\n");
  for (let i = 0; i < lines.length; i++) {
    const block = lines[i].match(/^([^=]+?)<<(.+)$/);
    if (block) {
      const value = [];
      while (++i < lines.length && lines[i] !== block[2]) value.push(lines[i]);
      pairs[block[1]] = value.join("\n");
    } else if (lines[i].includes("=")) {
      pairs[lines[i].slice(0, lines[i].indexOf("="))] = lines[i].slice(lines[i].indexOf("=") + 1);
    }
  }
  return pairs;
}

function execute(script, env, cwd, minutes) {
  return new Promise(resolve => {
    // A group of its own, so that what a step left behind ends with it, as with the runner.
    const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", script], { cwd, env, stdio: ["ignore", "inherit", "inherit"], detached: true });
    const kill = () => { try { process.kill(-child.pid, "SIGKILL"); } catch { /* It has ended. */ } };
    const timer = setTimeout(kill, minutes * 60_000);
    child.on("exit", code => { clearTimeout(timer); kill(); resolve(code ?? 1); });
  });
}

function ordered(jobs) {
  const done = [];
  const visit = (name, path) => {
    if (done.includes(name)) return;
    if (!jobs[name]) throw new Error(`There is no job '${name}' in ${options.workflow}.`);
    if (path.includes(name)) throw new Error(`The jobs need each other: ${[...path, name].join(" -> ")}`);
    for (const needed of [jobs[name].needs ?? []].flat()) visit(needed, [...path, name]);
    done.push(name);
  };
  Object.keys(jobs).forEach(name => visit(name, []));
  return done;
}

const counts = { passed: 0, failed: 0, skipped: 0 };
const results = {};
const temp = mkdtempSync(path.join(os.tmpdir(), "run-steps-"));
process.on("exit", () => rmSync(temp, { recursive: true, force: true }));

for (const name of options.jobs) if (!workflow.jobs[name]) { console.error(`There is no job '${name}' in ${options.workflow}: ${Object.keys(workflow.jobs).join(", ")}`); process.exit(2); }

for (const name of ordered(workflow.jobs)) {
  if (options.jobs.length > 0 && !options.jobs.includes(name)) continue;
  const job = workflow.jobs[name];
  const needs = [job.needs ?? []].flat();
  const broken = needs.find(needed => results[needed]?.result === "failure");
  console.log(`\n=== job ${name}`);
  if (broken && !options.list && !options.scripts) {
    console.log(`    not run: ${broken} failed`);
    results[name] = { result: "failure", outputs: {} };
    continue;
  }

  const stepOutputs = {};
  const state = { failed: false, withoutOutputs: new Set(), env: {}, path: [] };
  const runnerTemp = path.join(temp, name);
  mkdirSync(runnerTemp, { recursive: true });
  const steps = job.steps ?? [];
  for (const [index, step] of steps.entries()) {
    const title = step.name ?? step.uses?.split("@")[0] ?? step.run.split("\n")[0];
    if (options.scripts) {
      if (!step.run) continue;
      mkdirSync(options.scripts, { recursive: true });
      writeFileSync(path.join(options.scripts, `${options.workflow.replace(/\.\w+$/, "")}-${name}-${index + 1}.sh`), `#!/usr/bin/env bash\nset -eo pipefail\n${step.run}`);
      continue;
    }

    const contexts = {
      github, runner: { os: "Linux", temp: runnerTemp }, vars: {}, secrets: {}, inputs: {}, matrix: {}, failed: state.failed,
      env: { ...workflow.env, ...job.env, ...state.env }, steps: stepOutputs, needs: results,
    };
    const reason = reasonToSkip(step, state);
    const condition = step.if === undefined ? "success()" : String(step.if).replace(/^\$\{\{|\}\}$/g, "").trim();
    const statusAware = /\b(always|failure|success)\(\)/.test(condition);
    const isWanted = evaluate(condition, contexts) && (statusAware || !state.failed);
    const skip = !isWanted ? (state.failed ? "an earlier step failed" : `if: ${step.if}`) : reason;
    if (skip) {
      console.log(`--- skipped: ${title} (${skip})`);
      counts.skipped++;
      if (step.id) { state.withoutOutputs.add(step.id); stepOutputs[step.id] = { outputs: {} }; }
      continue;
    }

    if (options.list) { console.log(`--- run:     ${title}`); continue; }

    console.log(`--- ${title}`);
    const files = Object.fromEntries(["OUTPUT", "ENV", "PATH", "STEP_SUMMARY"].map(kind => [kind, path.join(runnerTemp, `${index}-${kind.toLowerCase()}`)]));
    Object.values(files).forEach(created => writeFileSync(created, ""));
    const own = Object.fromEntries(Object.entries({ ...workflow.env, ...job.env, ...state.env, ...step.env }).map(([key, value]) => [key, fill(value, contexts)]));
    const env = {
      ...process.env, ...own,
      PATH: [...state.path, process.env.PATH].join(":"),
      CI: "true", GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: root, GITHUB_JOB: name, GITHUB_WORKFLOW: workflow.name,
      GITHUB_SHA: github.sha, GITHUB_REF: github.ref, GITHUB_REF_NAME: github.ref_name, GITHUB_EVENT_NAME: github.event_name,
      GITHUB_REPOSITORY: github.repository, GITHUB_SERVER_URL: github.server_url, GITHUB_RUN_ID: "1", GITHUB_RUN_ATTEMPT: "1",
      RUNNER_OS: "Linux", RUNNER_TEMP: runnerTemp, RUNNER_TOOL_CACHE: runnerTemp,
      GITHUB_OUTPUT: files.OUTPUT, GITHUB_ENV: files.ENV, GITHUB_PATH: files.PATH, GITHUB_STEP_SUMMARY: files.STEP_SUMMARY,
      // Build servers would outlive the step that started them.
      MSBUILDDISABLENODEREUSE: "1", UseSharedCompilation: "false",
    };
    const script = path.join(runnerTemp, `${index}.sh`);
    writeFileSync(script, fill(step.run, contexts));
    const began = Date.now();
    const code = await execute(script, env, path.join(root, step["working-directory"] ?? ""), step["timeout-minutes"] ?? job["timeout-minutes"] ?? 360);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    if (step.id) stepOutputs[step.id] = { outputs: readPairs(files.OUTPUT) };
    Object.assign(state.env, readPairs(files.ENV));
    state.path.unshift(...readFileSync(files.PATH, "utf8").split("\n").filter(line => line !== ""));
    if (code === 0) { counts.passed++; console.log(`    passed in ${seconds} s`); }
    else { counts.failed++; state.failed ||= !step["continue-on-error"]; console.log(`    FAILED with ${code} after ${seconds} s`); }
  }

  const outputs = Object.fromEntries(Object.entries(job.outputs ?? {}).map(([key, value]) => [key, options.list || options.scripts ? "" : fill(value, { steps: stepOutputs, github, env: {}, needs: results })]));
  results[name] = { result: state.failed ? "failure" : "success", outputs };
}

if (options.scripts || options.list) process.exit(0);
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0);
