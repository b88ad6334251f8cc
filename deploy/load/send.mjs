// Sends the requests of one kind at a constant rate by `loadtest`, which sends when a request is due and adds connections
// as they are needed. Each is measured from when it was due to the last byte of its answer: had this process been late
// to send it, that would count as well.   send.mjs WORK KIND PER_SECOND COUNT
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [work, kind, perSecond, count] = [process.argv[2], process.argv[3], Number(process.argv[4]), Number(process.argv[5])];
const find = createRequire(path.resolve("artifacts/tools/load/node_modules/x.js"));
const { loadTest } = await import(pathToFileURL(find.resolve("loadtest")));

const targets = readFileSync(path.join(work, `${kind}.jsonl`), "utf8").trim().split("\n").map(line => JSON.parse(line));
// As many connections as requests are on their way, kept open between them.
const agent = new (targets[0].url.startsWith("https:") ? https : http).Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 512, scheduling: "lifo" });
const patience = 30_000;

const taken = [], statuses = {}, errors = {};
let begun = 0, start;
let allOver;
const over = new Promise(resolve => (allOver = resolve));

function send(_options, _params, request, onAnswer) {
  // The first may itself have been late: whichever was soonest says when the schedule began.
  const now = performance.now();
  start = Math.min(start ?? now, now - begun * 1000 / perSecond);
  const due = start + begun * 1000 / perSecond;
  const { method, url, header, body } = targets[begun++ % targets.length];
  const bytes = body === undefined ? undefined : Buffer.from(body, "base64");
  let ended = false;
  const end = (status, error) => {
    if (ended) return;
    ended = true;
    taken.push(performance.now() - due);
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (error) errors[error] = (errors[error] ?? 0) + 1;
    if (taken.length === count) allOver();
  };
  const sent = request(url, { method, agent, headers: { ...header, ...(bytes ? { "Content-Length": bytes.length } : {}) } }, onAnswer);
  sent.on("response", answer => {
    answer.on("end", () => end(answer.statusCode));
    answer.on("aborted", () => end(0, "the answer was cut off"));
    answer.resume();
  });
  sent.on("error", error => end(0, error.code ?? error.message));
  sent.setTimeout(patience, () => sent.destroy(new Error("no answer in 30 s")));
  if (bytes) sent.write(bytes);
  return sent;
}

const test = loadTest({ url: targets[0].url, requestsPerSecond: perSecond, maxRequests: count, quiet: true, requestGenerator: send, statusCallback: () => {} });
await Promise.all([over, test]);
agent.destroy();

const sorted = Float64Array.from(taken).sort();
const at = share => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
writeFileSync(path.join(work, `${kind}.json`), JSON.stringify({
  requests: taken.length, seconds: (performance.now() - start) / 1000, statuses, errors,
  p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1), over2s: sorted.filter(time => time >= 2000).length,
}));
process.exit(0);
