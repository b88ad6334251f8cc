// A post being written. Every event is stored and numbered, so opening the page late or again tells the same story.
import { call } from "./api.js";
import { editOutline } from "./outline.js";
import { toast } from "./toast.js";
import { count, generationStates, make, steps as stepNames, verdicts } from "./words.js";

const root = document.getElementById("generation");
const id = root.dataset.id;
const title = document.getElementById("generation-title");
const state = document.getElementById("generation-state");
const steps = document.getElementById("steps");
const outline = document.getElementById("outline");
const text = document.getElementById("live-text");
const empty = document.getElementById("live-empty");
const counted = document.getElementById("verdict-count");
const cancelForm = document.getElementById("cancel-form");
const notices = document.getElementById("notices");
const usage = document.getElementById("usage");
const said = document.getElementById("progress-said");
const resumeForm = document.getElementById("resume-form");
const again = document.getElementById("write-again");
// What the check found: of each section while it is written, of the whole once it is put together.
const found = new Map();
const foundBySection = new Map();
const sections = new Map();
const finished = new Set();
const openedRunning = root.dataset.status === "queued" || root.dataset.status === "running";
let last = 0;
let over = false;

function setState(status) {
  state.dataset.state = status;
  state.textContent = generationStates[status] ?? status;
}

function showStep({ name, status, detail }) {
  let item = steps.querySelector(`[data-step="${CSS.escape(name)}"]`);
  if (!item) {
    item = make("li", { data: { step: name } }, make("strong", {}, stepNames[name] ?? name), make("span"));
    steps.append(item);
  }
  item.dataset.status = status;
  item.querySelector("span").textContent = detail ?? "";
}

function showOutline(plan) {
  title.textContent = plan.title;
  document.title = plan.title;
  outline.replaceChildren(...plan.sections.map((section) => make("li", { data: { written: "false" } }, section.heading || "Opening")));
  document.getElementById("outline-side").hidden = Boolean(root.dataset.waiting);
}

function showSection({ index, heading, markdown, blocks: pieces }, done) {
  if (finished.has(index) && !done) {
    return;
  }
  const content = pieces ? written(pieces) : blocks(markdown, heading);
  const inside = [...(heading ? [make("h2", {}, heading)] : []), ...content];
  let block = sections.get(index);
  if (block) {
    // In place: only what is new may move.
    block.replaceChildren(...inside);
  } else {
    block = make("section", {}, ...inside);
    const after = [...sections.keys()].filter((known) => known > index).sort((a, b) => a - b)[0];
    text.insertBefore(block, after === undefined ? null : sections.get(after));
    sections.set(index, block);
  }
  block.dataset.done = done ? "true" : "false";
  block.hidden = done && content.length === 0;
  empty.hidden = true;
  const sums = new Map();
  for (const { verdict } of (pieces ?? []).flatMap((piece) => piece.sentences)) {
    if (verdict) {
      sums.set(verdict, (sums.get(verdict) ?? 0) + 1);
    }
  }
  foundBySection.set(index, sums);
  showCounts();
  const item = [...outline.children].find((one) => one.textContent === (heading || "Opening"));
  if (item) {
    item.dataset.written = done ? "true" : "now";
  }
  if (done) {
    finished.add(index);
    // One sentence for each section: a reader of screens is not to hear every word twice.
    said.textContent = `${heading || "The opening"} is written.`;
  }
}

/** Sentences with what the check says behind each. */
function written(pieces) {
  const kinds = { paragraph: "p", bullets: "ul", quote: "blockquote" };
  return pieces.map(({ kind, sentences }) => {
    const tag = kinds[kind] ?? "p";
    const made = sentences.map(sentence);
    return tag === "ul"
      ? make("ul", {}, ...made.map((one) => make("li", {}, ...one)))
      : make(tag, {}, ...made.flatMap((one, place) => (place ? [" ", ...one] : one)));
  });
}

function sentence({ text: words, verdict, note }) {
  const one = make("span", { className: verdict ? "sentence" : "pending" }, words);
  if (!verdict || verdict === "not-needed") {
    return [one];
  }
  return [one, make("span", { className: "verdict mark", data: { verdict }, title: note ?? verdicts[verdict] }, make("span", { className: "hidden" }, ` (${verdicts[verdict].toLowerCase()})`))];
}

function showVerdict({ sentence: words, verdict }) {
  found.set(words, verdict);
  showCounts();
}

function showCounts() {
  const sums = new Map();
  const counts = found.size ? [...found.values()].map((verdict) => [verdict, 1]) : [...foundBySection.values()].flatMap((one) => [...one]);
  for (const [verdict, number] of counts) {
    sums.set(verdict, (sums.get(verdict) ?? 0) + number);
  }
  counted.replaceChildren(
    ...Object.keys(verdicts)
      .filter((one) => one !== "not-needed" && sums.has(one))
      .map((one) => make("span", { className: "verdict", data: { verdict: one } }, `${sums.get(one)} ${verdicts[one].toLowerCase()}`)),
  );
}

function showNotice({ code, text: words }) {
  notices.append(make("p", { className: "note", data: { code } }, words));
}

function showUsage({ inputTokens, outputTokens, money, currency, budget }) {
  const parts = [usage.textContent.split(" · ")[0], count(inputTokens + outputTokens, "token", "tokens")];
  if (currency) {
    parts.push(`${amount(money)} ${currency}${budget == null ? "" : ` of at most ${amount(budget)} ${currency}`}`);
  }
  usage.textContent = parts.join(" · ");
}

const amount = (money) => money.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 4 });

function begin(status) {
  over = false;
  setState(status);
  if (cancelForm) {
    cancelForm.hidden = false;
  }
  if (resumeForm) {
    resumeForm.hidden = true;
  }
  if (again) {
    again.hidden = true;
  }
}

/** Not the end of listening: what was stopped may have been taken up again later in the story. */
function end(status) {
  over = true;
  setState(status);
  if (cancelForm) {
    cancelForm.hidden = true;
  }
  if (again) {
    again.hidden = false;
  }
  if (resumeForm) {
    resumeForm.hidden = status === "completed";
  }
  for (const item of steps.querySelectorAll('[data-status="running"]')) {
    item.dataset.status = "waiting";
  }
}

async function showWaiting() {
  if (root.dataset.waiting) {
    state.dataset.state = "queued";
    state.textContent = "Waits for you";
    return;
  }
  // An old event of a story that has gone on says nothing now.
  const now = await call("GET", `/api/v1/generations/${id}`).catch(() => null);
  if (now?.waitingFor) {
    location.reload();
  }
}

const handlers = {
  status: ({ status }) => begin(status),
  step(step) {
    if (step.name === "check") {
      found.clear();
    }
    showStep(step);
  },
  outline: showOutline,
  waiting: showWaiting,
  text: (section) => showSection(section, false),
  section: (section) => showSection(section, true),
  verdict: showVerdict,
  notice: showNotice,
  usage: showUsage,
  completed({ postId, supported, checked }) {
    for (const item of steps.children) {
      item.dataset.status = "done";
    }
    end("completed");
    const open = document.getElementById("open-draft");
    if (!open) {
      return;
    }
    open.href = `/studio/posts/${encodeURIComponent(postId)}`;
    open.hidden = false;
    if (openedRunning) {
      open.focus({ preventScroll: true });
      toast(checked ? `Finished: ${supported} of ${count(checked, "statement", "statements")} supported.` : "Finished.", "Open the draft").then((go) => go && location.assign(open.href));
    }
  },
  failed({ error }) {
    end("failed");
    const problem = document.getElementById("generation-problem");
    problem.replaceChildren(make("p", {}, error || "The writing stopped. Your documents are untouched."));
    problem.hidden = false;
  },
  cancelled: () => end("cancelled"),
};

/** A small part of Markdown, made into elements whose text is only ever text. */
function blocks(markdown, heading) {
  const made = [];
  for (const block of markdown.replaceAll("\r", "").split(/\n{2,}/)) {
    const lines = block.split("\n").filter((line) => line.trim() !== "");
    if (lines.length === 0) {
      continue;
    }
    const head = /^(#{1,6})\s+(.*)$/.exec(lines[0]);
    if (head) {
      if (head[2].trim() !== heading) {
        made.push(make(head[1].length <= 2 ? "h2" : "h3", {}, ...inline(head[2])));
      }
      lines.shift();
    }
    if (lines.length === 0 || /^\[\^[^\]]+\]:/.test(lines[0])) {
      continue;
    }
    if (lines.every((line) => /^\s*[-*+]\s+/.test(line))) {
      made.push(make("ul", {}, ...lines.map((line) => make("li", {}, ...inline(line.replace(/^\s*[-*+]\s+/, ""))))));
    } else if (lines.every((line) => /^\s*\d+[.)]\s+/.test(line))) {
      made.push(make("ol", {}, ...lines.map((line) => make("li", {}, ...inline(line.replace(/^\s*\d+[.)]\s+/, ""))))));
    } else if (lines.every((line) => line.startsWith(">"))) {
      made.push(make("blockquote", {}, ...inline(lines.map((line) => line.replace(/^>\s?/, "")).join(" "))));
    } else {
      made.push(make("p", {}, ...inline(lines.join(" "))));
    }
  }
  return made;
}

function inline(line) {
  return line.split(/(\[\^[^\]]+\]|\*\*[^*]+\*\*|\*[^*]+\*|`[^`]+`)/).map((piece) => {
    let match;
    if ((match = /^\[\^([^\]]+)\]$/.exec(piece))) {
      return make("sup", { className: "cite" }, match[1]);
    }
    if ((match = /^\*\*([^*]+)\*\*$/.exec(piece))) {
      return make("strong", {}, match[1]);
    }
    if ((match = /^\*([^*]+)\*$/.exec(piece))) {
      return make("em", {}, match[1]);
    }
    if ((match = /^`([^`]+)`$/.exec(piece))) {
      return make("code", {}, match[1]);
    }
    return piece.replace(/\\([\\`*_{}[\]()#+\-.!>~|])/g, "$1");
  });
}

/* The stream */

let source = null;

function listen() {
  source = new EventSource(`/api/v1/generations/${id}/events?after=${last}`);
  for (const [type, handle] of Object.entries(handlers)) {
    source.addEventListener(type, (message) => {
      const event = JSON.parse(message.data);
      // A reconnection may tell again what is known already. Growing text is not stored and has no number of its own.
      if (type === "text") {
        handle(event.data);
      } else if (event.number > last) {
        last = event.number;
        handle(event.data);
      }
    });
  }
  source.addEventListener("error", () => {
    if (over) {
      source.close();
      return;
    }
    // The browser comes back by itself, except after an answer that is not a stream.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(resume, 2000);
    }
  });
}

async function resume() {
  try {
    await call("GET", `/api/v1/generations/${id}`);
    listen();
  } catch (problem) {
    if (problem.status === 401 || problem.status === 404) {
      location.reload();
    } else {
      setTimeout(resume, 3000);
    }
  }
}

cancelForm?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = document.getElementById("cancel-generation");
  button.disabled = true;
  button.textContent = "Stopping";
  try {
    await call("POST", `/api/v1/generations/${id}/cancel`);
    if (root.dataset.waiting) {
      location.reload();
    }
  } catch (problem) {
    button.disabled = false;
    button.textContent = "Stop writing";
    toast(problem.message);
  }
});

/* How long it has taken, once a second and never read aloud */

const elapsed = document.getElementById("elapsed");
const opened = performance.now();

function showElapsed() {
  if (over || root.dataset.waiting || !openedRunning) {
    return;
  }
  const seconds = Math.floor(Number(root.dataset.seconds) + (performance.now() - opened) / 1000);
  elapsed.textContent = ` · ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

setInterval(showElapsed, 1000);
showElapsed();
editOutline();
listen();
