// A post being written. Every event is stored and numbered, so opening the page late or again tells the same story.
import { call } from "./api.js";
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
const found = new Map();
const sections = new Map();
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
  document.getElementById("outline-side").hidden = false;
}

function showSection({ index, heading, markdown }) {
  const block = make("section", {}, ...(heading ? [make("h2", {}, heading)] : []), ...blocks(markdown, heading));
  if (sections.has(index)) {
    sections.get(index).replaceWith(block);
  } else {
    const after = [...sections.keys()].filter((known) => known > index).sort((a, b) => a - b)[0];
    text.insertBefore(block, after === undefined ? null : sections.get(after));
  }
  sections.set(index, block);
  empty.hidden = true;
  const item = [...outline.children].find((one) => one.textContent === (heading || "Opening"));
  if (item) {
    item.dataset.written = "true";
  }
}

function showVerdict({ sentence, verdict }) {
  found.set(sentence, verdict);
  const sums = new Map();
  for (const one of found.values()) {
    sums.set(one, (sums.get(one) ?? 0) + 1);
  }
  counted.replaceChildren(
    ...Object.keys(verdicts)
      .filter((one) => one !== "not-needed" && sums.has(one))
      .map((one) => make("span", { className: "verdict", data: { verdict: one } }, `${sums.get(one)} ${verdicts[one].toLowerCase()}`)),
  );
}

function end(status) {
  over = true;
  source?.close();
  setState(status);
  if (cancelForm) {
    cancelForm.hidden = true;
  }
  for (const item of steps.querySelectorAll('[data-status="running"]')) {
    item.dataset.status = "waiting";
  }
}

const handlers = {
  status: ({ status }) => setState(status),
  step: showStep,
  outline: showOutline,
  section: showSection,
  verdict: showVerdict,
  completed({ postId, supported, checked }) {
    for (const item of steps.children) {
      item.dataset.status = "done";
    }
    end("completed");
    const open = document.getElementById("open-draft");
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
    document.getElementById("write-again").hidden = false;
  },
  cancelled() {
    end("cancelled");
    document.getElementById("write-again").hidden = false;
  },
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
      // A reconnection may tell again what is known already.
      if (event.number > last) {
        last = event.number;
        handle(event.data);
      }
    });
  }
  source.addEventListener("error", () => {
    // The browser comes back by itself, except after an answer that is not a stream.
    if (!over && source.readyState === EventSource.CLOSED) {
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
  } catch (problem) {
    button.disabled = false;
    button.textContent = "Stop writing";
    toast(problem.message);
  }
});

listen();
