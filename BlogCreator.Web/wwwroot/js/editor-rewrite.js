// One section written again: asked for, waited for, shown beside the present one, taken or left.
import { call } from "./api.js";
import { showDiff } from "./diff.js";
import { sectionsOf } from "./editor-text.js";
import { toast } from "./toast.js";
import { make } from "./words.js";

const dialog = document.getElementById("rewrite-dialog");
const ask = document.getElementById("rewrite-ask");
const state = document.getElementById("rewrite-state");
const result = document.getElementById("rewrite-result");
const instructions = document.getElementById("rewrite-instructions");
const start = document.getElementById("rewrite-start");
const take = document.getElementById("rewrite-take");
const leave = document.getElementById("rewrite-leave");

let asked = null;
let running = null;

function show(part) {
  ask.hidden = part !== "ask";
  start.hidden = part !== "ask";
  result.hidden = part !== "result";
  take.hidden = part !== "result";
  leave.textContent = part === "result" ? "Leave the text as it is" : "Back to the text";
}

export function offerRewrite(section, editor) {
  asked = { section, editor };
  document.getElementById("rewrite-title").textContent = `Write “${section.title}” again`;
  instructions.value = "";
  state.textContent = "";
  show("ask");
  dialog.showModal();
  instructions.focus();
}

start.addEventListener("click", async () => {
  const mine = asked;
  start.disabled = true;
  state.textContent = "Saving the text first";
  try {
    if (!(await mine.editor.save())) {
      state.textContent = "The text could not be saved, so nothing was begun. It is still in the window.";
      return;
    }
    const generation = await call("POST", `/api/v1/posts/${mine.editor.id}/rewrites`, { version: mine.editor.version(), section: mine.section.index, instructions: instructions.value.trim() || null });
    running = generation.id;
    show("wait");
    state.textContent = "Waiting to start";
    const done = await wait(generation.id);
    if (running !== generation.id) {
      return;
    }
    running = null;
    if (done.status === "completed" && done.proposal) {
      propose(mine, done.proposal);
    } else {
      state.textContent = done.error || "No other text was found. Yours is unchanged.";
    }
  } catch (problem) {
    running = null;
    state.textContent = problem.status === 404 || problem.status === 405 ? "Writing a section again is not available on this site." : problem.message;
  } finally {
    start.disabled = false;
  }
});

async function wait(id) {
  for (let misses = 0; ; ) {
    try {
      const now = await call("GET", `/api/v1/generations/${id}`);
      misses = 0;
      if (now.status !== "queued" && now.status !== "running") {
        return now;
      }
      if (running !== id) {
        return now;
      }
      const step = now.steps?.find((one) => one.status === "running");
      state.textContent = step?.detail || "Writing";
    } catch (problem) {
      if (problem.status !== 0 || ++misses > 30) {
        throw problem;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
}

function propose(mine, proposal) {
  const now = sectionsOf(mine.editor.text())[proposal.section];
  if (!now) {
    state.textContent = "The section is not there any more. Your text is unchanged.";
    return;
  }
  const present = mine.editor.text().slice(now.start, now.end);
  const withHeading = /^ {0,3}##\s/.test(proposal.markdown);
  const begin = withHeading || !now.heading ? now.start : Math.min(now.heading.end + 1, now.end);
  const made = (withHeading || !now.heading ? "" : "\n") + proposal.markdown.trim() + (now.end < mine.editor.text().length ? "\n\n" : "\n");
  result.replaceChildren(
    make("div", { className: "both" }, column("Yours", present), column("The proposal", (begin === now.start ? "" : mine.editor.text().slice(now.start, begin)) + made)),
    make("h3", {}, "What differs"),
    showDiff(present, (begin === now.start ? "" : mine.editor.text().slice(now.start, begin)) + made),
  );
  state.textContent = "The proposal is ready.";
  show("result");
  take.focus();
  take.onclick = () => {
    const before = mine.editor.text();
    if (before.slice(now.start, now.end) !== present) {
      state.textContent = "You have changed this section meanwhile. Nothing was taken.";
      return;
    }
    dialog.close();
    mine.editor.replace(begin, now.end, made);
    toast("The section is the proposal now.", "Undo").then((undo) => undo && mine.editor.put(before));
  };
}

function column(title, text) {
  return make("div", {}, make("h3", {}, title), make("p", { className: "plain-text", tabIndex: 0, role: "region", "aria-label": title }, text.trim()));
}

leave.addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => {
  if (running) {
    call("POST", `/api/v1/generations/${running}/cancel`).catch(() => {});
    running = null;
  }
});
