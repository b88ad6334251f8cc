// What run.sh sends and how it is judged.
//   loopback BASE                          fails unless the address is this machine's own
//   prepare WORK BASE SECONDS RATE UPLOADS GENERATIONS      signs in, looks what there is to read, writes the requests
//   report WORK FOLDER                     waits for the posts that were asked for, writes report.json and report.md
//   forget WORK                            takes back the key that prepare made
import { lookup } from "node:dns/promises";
import { readFileSync, writeFileSync, existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const [command, ...args] = process.argv.slice(2);
const fail = message => { console.error(message); process.exit(1); };
const read = file => JSON.parse(readFileSync(file, "utf8"));
const reach = { redirect: "manual", signal: undefined };

async function call(base, method, route, body, headers = {}) {
  const answer = await fetch(base + route, {
    ...reach, method, body: body === undefined || body instanceof Buffer ? body : JSON.stringify(body),
    headers: { ...(body !== undefined && !(body instanceof Buffer) ? { "Content-Type": "application/json" } : {}), ...headers },
  }).catch(error => fail(`${base}${route} cannot be reached: ${error.cause?.message ?? error.message}`));
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

// A small generator with a seed: the same load every time.
let state = 42;
const random = () => ((state = (state * 1664525 + 1013904223) % 4294967296) / 4294967296);
const pick = list => list[Math.floor(random() * list.length)];

const subjects = ["The harbour", "The tide gauge", "The northern quay", "The pilot station", "The dredged channel", "The lighthouse", "The ferry", "The survey of the coast"];
const verbs = ["recorded", "handled", "measured", "counted", "reported", "carried"];
const objects = ["vessels", "tonnes of grain", "passengers", "metres of silt", "storms", "repairs"];
const sentence = () => `${pick(subjects)} ${pick(verbs)} ${100 + Math.floor(random() * 9900)} ${pick(objects)} in ${1950 + Math.floor(random() * 70)}.`;
const document = (title, sections) => [`# ${title}`, ...Array.from({ length: sections }, (_, number) =>
  `## Part ${number + 1}: ${pick(subjects).toLowerCase()}\n\n${Array.from({ length: 4 }, () => Array.from({ length: 5 }, sentence).join(" ")).join("\n\n")}`)].join("\n\n");

function multipart(name, text) {
  const mark = `load-${Math.floor(random() * 1e12)}`;
  return {
    type: `multipart/form-data; boundary=${mark}`,
    body: Buffer.from(`--${mark}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/markdown\r\n\r\n${text}\r\n--${mark}--\r\n`),
  };
}

async function signIn(base) {
  if (process.env.LOAD_KEY) return { key: process.env.LOAD_KEY };
  let email = process.env.LOAD_EMAIL, password = process.env.LOAD_PASSWORD, answer;
  if (!email) {
    [email, password] = ["load@example.org", `load ${Math.random()} ${Math.random()}`];
    answer = await call(base, "POST", "/api/v1/setup", { email, password, siteName: "Load test", token: process.env.LOAD_SETUP_TOKEN });
    if (answer.status === 409) fail("The site has an owner: give LOAD_KEY, or LOAD_EMAIL and LOAD_PASSWORD.");
  } else {
    answer = await call(base, "POST", "/api/v1/session", { email, password });
  }
  const cookie = answer.headers.getSetCookie().map(set => set.split(";")[0]).join("; ");
  if (answer.status >= 300 || cookie === "") fail(`Could not sign in: ${answer.status} ${answer.text}`);
  const made = await call(base, "POST", "/api/v1/keys", { name: "load test" }, { Cookie: cookie });
  if (made.status >= 300) fail(`Could not make an API key: ${made.status} ${made.text}`);
  const { id, key } = JSON.parse(made.text);
  return { key, id, cookie };
}

async function prepare(work, base, seconds, rate, uploads, generations) {
  const locations = async route => {
    const answer = await call(base, "GET", route);
    if (answer.status !== 200) return [];
    return [...answer.text.matchAll(/<loc>([^<]+)<\/loc>/g)].map(match => new URL(match[1].replaceAll("&amp;", "&")).pathname);
  };
  const maps = await locations("/sitemap.xml");
  const posts = (await Promise.all(maps.filter(map => map.includes("posts")).slice(0, 1).map(locations))).flat().filter(route => /^\/posts\/[^/]+$/.test(route)).slice(0, 2000);
  const tags = (await Promise.all(maps.filter(map => map.includes("tags")).map(locations))).flat().slice(0, 200);
  if (posts.length < 20) fail(`There are ${posts.length} posts to read. Add some first: dotnet BlogCreator.Api.dll seed --posts 300`);

  const headers = { "Accept-Encoding": "gzip, br", "User-Agent": "blogcreator-load" };
  const write = (kind, targets) => writeFileSync(path.join(work, `${kind}.jsonl`), targets.map(target => JSON.stringify(target)).join("\n") + "\n", { mode: 0o600 });
  const get = route => ({ method: "GET", url: base + route, header: headers });
  const kinds = [
    [20, () => "/"], [50, () => pick(posts)], [5, () => `${pick(posts)}/evidence`], [12, () => tags.length > 0 ? pick(tags) : "/"],
    [5, () => "/feed.xml"], [4, () => "/rss.xml"], [4, () => "/feed.json"],
  ];
  const some = () => { let at = random() * 100; return kinds.find(([share]) => (at -= share) < 0)?.[1] ?? kinds[0][1]; };
  const words = [...new Set(posts.flatMap(post => post.split("/").pop().split("-")).filter(word => /^[a-z]{4,}$/.test(word)))];
  // A site that has just started compiles its pages at the first requests; that is looked at by the rollout's test, not here.
  for (let number = 0; number < 200; number++) await call(base, "GET", some()(), undefined, headers);
  write("reads", Array.from({ length: Math.min(rate * seconds, 20000) }, () => get(some()())));
  write("searches", Array.from({ length: Math.min(rate * seconds, 2000) }, () => get(`/search?q=${encodeURIComponent(random() < 0.5 ? pick(words) : `${pick(words)} ${pick(words)}`)}`)));

  const plan = { base, seconds, rate, uploads, generations, posts: posts.length, began: new Date().toISOString() };
  if (uploads + generations > 0) {
    Object.assign(plan, await signIn(base));
    const auth = { Authorization: `Bearer ${plan.key}` };
    // Their own names and texts, or the second would be the first again.
    const run = Math.floor(Date.now() / 1000);
    write("uploads", Array.from({ length: Math.max(1, Math.ceil(uploads * seconds / 60)) }, (_, number) => {
      const { type, body } = multipart(`load-${run}-${number}.md`, document(`Report ${run}-${number}`, 12));
      return { method: "POST", url: `${base}/api/v1/documents/upload`, header: { ...auth, "Content-Type": type }, body: body.toString("base64") };
    }));
    if (generations > 0) {
      const { type, body } = multipart(`load-${run}-source.md`, document(`Source ${run}`, 12));
      const sent = await call(base, "POST", "/api/v1/documents/upload", body, { Authorization: auth.Authorization, "Content-Type": type });
      if (sent.status >= 300) fail(`Could not upload: ${sent.status} ${sent.text}`);
      const id = JSON.parse(sent.text).id;
      await until(60, async () => {
        const { status, reason } = JSON.parse((await call(base, "GET", `/api/v1/documents/${id}`, undefined, { Authorization: auth.Authorization })).text);
        if (status === "failed") fail(`The document to write from could not be read: ${reason}`);
        return status === "ready";
      }) || fail("The document to write from was not read within a minute.");
      const topics = ["The harbour", "Storms at the coast", "The ferry and its passengers", "Silt in the channel"];
      write("generations", topics.map(topic => ({
        method: "POST", url: `${base}/api/v1/generations`, header: { ...auth, "Content-Type": "application/json" },
        body: Buffer.from(JSON.stringify({ topic, documentIds: [id], length: "short" })).toString("base64"),
      })));
    }
  }
  writeFileSync(path.join(work, "plan.json"), JSON.stringify(plan), { mode: 0o600 });
  console.log(`${posts.length} posts and ${tags.length} tags to read, ${words.length} words to search for.`);
}

async function until(seconds, holds) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (await holds()) return true;
    await new Promise(resolve => setTimeout(resolve, 500));
  }
  return false;
}

async function report(work, folder) {
  const plan = read(path.join(work, "plan.json"));
  const milliseconds = time => Math.round(time * 10) / 10;
  const kinds = {}, missed = [];
  for (const kind of ["reads", "searches", "uploads", "generations"]) {
    const file = path.join(work, `${kind}.json`);
    if (!existsSync(file)) continue;
    const { requests, seconds, statuses, errors, over2s, ...times } = read(file);
    const failed = Object.entries(statuses).filter(([status]) => status < 200 || status >= 400).reduce((sum, [, count]) => sum + count, 0);
    const [p50, p95, p99, max] = [times.p50, times.p95, times.p99, times.max].map(milliseconds);
    kinds[kind] = { requests, perSecond: Math.round(requests / seconds * 10) / 10, failed, p50, p95, p99, max, over2s, statuses, errors };
    if (failed > 0) missed.push(`${failed} of ${requests} ${kind} failed: ${[...Object.entries(statuses).filter(([status]) => status >= 400), ...Object.entries(errors)].map(([what, count]) => `${count} x ${what}`).join(", ")}`);
    if (over2s > 0) missed.push(`${over2s} of ${requests} ${kind} took 2 s or more, the slowest ${max} ms`);
    if ((kind === "reads" || kind === "searches") && p95 >= 300) missed.push(`the 95th percentile of ${kind} is ${p95} ms and not under 300 ms`);
    if (statuses["429"]) missed.push("429 is the site's own limit: docs/load-test.md names the settings to raise");
  }

  let writing;
  if (kinds.generations && plan.key) {
    let found = [];
    const over = await until(300, async () => {
      const answer = await call(plan.base, "GET", "/api/v1/generations?limit=100", undefined, { Authorization: `Bearer ${plan.key}` });
      const page = JSON.parse(answer.text);
      found = (page.items ?? []).filter(generation => !generation.createdAt || generation.createdAt >= plan.began);
      return found.length > 0 && found.every(generation => !["queued", "running"].includes(generation.status));
    });
    writing = Object.fromEntries(Object.entries(Object.groupBy ? Object.groupBy(found, generation => generation.status) : found.reduce((groups, generation) => ({ ...groups, [generation.status]: [...(groups[generation.status] ?? []), generation] }), {})).map(([status, list]) => [status, list.length]));
    if (!over) missed.push(`5 minutes after the last request not all posts are written: ${JSON.stringify(writing)}`);
    if (writing.failed) missed.push(`${writing.failed} posts could not be written`);
  }

  const machine = `${os.cpus().length} cores (${os.cpus()[0]?.model ?? "unknown"}), load ${os.loadavg().map(value => value.toFixed(1)).join(" ")} at the end`;
  const { key, cookie, id, ...said } = plan;
  writeFileSync(path.join(folder, "report.json"), JSON.stringify({ ...said, machine, kinds, writing, passed: missed.length === 0, missed }, null, 2) + "\n");
  const lines = [
    `# Load test of ${plan.base}`, "",
    `${plan.began}, ${plan.seconds} s: ${plan.rate} reads and searches a second, ${plan.uploads} uploads and ${plan.generations} generations a minute;`,
    `${plan.posts} posts. The load was made on a machine of ${machine}.`, "",
    "| | Requests | A second | Failed | p50 | p95 | p99 | Slowest |", "|---|--:|--:|--:|--:|--:|--:|--:|",
    ...Object.entries(kinds).map(([kind, of]) => `| ${kind} | ${of.requests} | ${of.perSecond} | ${of.failed} | ${of.p50} ms | ${of.p95} ms | ${of.p99} ms | ${of.max} ms |`), "",
    ...(writing ? [`Posts asked for: ${Object.entries(writing).map(([status, count]) => `${count} ${status}`).join(", ")}.`, ""] : []),
    missed.length === 0 ? "**Passed**: nothing failed, every request took less than 2 s, the 95th percentile of reads and searches is under 300 ms." : "**Missed**:",
    ...missed.map(line => `- ${line}`), "",
  ];
  writeFileSync(path.join(folder, "report.md"), lines.join("\n"));
  console.log(lines.join("\n"));
  process.exit(missed.length === 0 ? 0 : 1);
}

switch (command) {
  case "loopback": {
    let host;
    try { host = new URL(args[0]).hostname.replace(/^\[|\]$/g, ""); } catch { fail(`'${args[0]}' is not an address like https://localhost.`); }
    const addresses = await lookup(host, { all: true }).catch(() => fail(`There is no host '${host}'.`));
    const foreign = addresses.find(({ address }) => !/^127\./.test(address) && address !== "::1");
    if (foreign) fail(`${host} is ${foreign.address}, not this machine. Only load what is yours: if it is, say --i-own-this-host.`);
    break;
  }
  case "prepare": await prepare(args[0], args[1], ...args.slice(2).map(Number)); break;
  case "report": await report(args[0], args[1]); break;
  case "forget": {
    const { base, id, cookie } = read(path.join(args[0], "plan.json"));
    if (id) await call(base, "DELETE", `/api/v1/keys/${id}`, undefined, { Cookie: cookie });
    break;
  }
  default: fail("Start run.sh.");
}
