// The library: uploads with their progress, states that follow the reading, removal that can be undone.
import { call, upload } from "./api.js";
import { toast } from "./toast.js";
import { documentStates, facts, make, size } from "./words.js";

const drop = document.getElementById("drop");
const chooser = document.getElementById("files");
const uploads = document.getElementById("uploads");
const list = document.getElementById("documents");
const largest = Number(drop.dataset.max) || Infinity;
const removing = new Map();

/* Uploading */

const waiting = [];
let sending = 0;

function take(files) {
  for (const file of files) {
    const row = uploadRow(file);
    uploads.append(row.element);
    if (file.size > largest) {
      row.refuse(`This file has ${size(file.size)}; the limit is ${size(largest)}. Split it, or leave out what the post does not need.`);
    } else {
      waiting.push({ file, row });
    }
  }
  tidy();
  next();
}

// Two at a time: a browser has few connections, and the pages need one.
function next() {
  while (sending < 2 && waiting.length > 0) {
    const { file, row } = waiting.shift();
    sending++;
    row.begin();
    upload("/api/v1/documents/upload", file, row.progress)
      .then(({ document: stored, known }) => {
        row.element.remove();
        show(stored);
        if (known) {
          toast(`${stored.fileName} was already here.`);
        }
        drop.dataset.empty = "false";
        drop.querySelector(".drop-title").textContent = "Drop documents here, or choose them";
        watch();
      })
      .catch((problem) => row.refuse(problem.message, problem.status === 413 || problem.status === 415 ? null : () => {
        row.element.remove();
        take([file]);
      }))
      .finally(() => {
        sending--;
        next();
      });
  }
}

function uploadRow(file) {
  const bar = make("progress", { max: 1, value: 0, "aria-label": `Uploading ${file.name}` });
  const text = make("p", { className: "small" }, size(file.size));
  const reason = make("p", { className: "reason" });
  const state = make("span", { className: "state", data: { state: "queued" } }, "Waiting");
  const main = make("div", { className: "row-main" }, make("strong", { className: "row-title" }, file.name), text, reason);
  const element = make("li", { className: "row" }, main, state, bar);
  return {
    element,
    begin() {
      state.dataset.state = "reading";
      state.textContent = "Uploading";
    },
    progress(loaded, total) {
      bar.value = loaded / total;
      text.textContent = loaded === total ? `${size(total)} · being stored` : `${size(loaded)} of ${size(total)}`;
    },
    refuse(why, again) {
      bar.remove();
      reason.textContent = why;
      text.textContent = size(file.size);
      state.dataset.state = "failed";
      state.textContent = "Not uploaded";
      if (again) {
        const button = make("button", { type: "button", className: "button secondary" }, "Try again");
        button.addEventListener("click", again);
        element.append(button);
      }
      const close = make("button", { type: "button", className: "icon-button", "aria-label": `Hide ${file.name}` }, "×");
      close.addEventListener("click", () => element.remove());
      element.append(close);
    },
  };
}

chooser.addEventListener("change", () => {
  take([...chooser.files]);
  chooser.value = "";
});
drop.addEventListener("submit", (event) => event.preventDefault());

// A file dropped beside the field must not make the browser leave the page and open it.
let over = 0;
addEventListener("dragenter", (event) => {
  if (event.dataTransfer?.types.includes("Files")) {
    over++;
    drop.classList.add("over");
  }
});
addEventListener("dragleave", (event) => {
  if (event.dataTransfer?.types.includes("Files") && --over <= 0) {
    over = 0;
    drop.classList.remove("over");
  }
});
addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
addEventListener("drop", (event) => {
  if (event.dataTransfer?.types.includes("Files")) {
    event.preventDefault();
    over = 0;
    drop.classList.remove("over");
    take([...event.dataTransfer.files]);
  }
});
addEventListener("beforeunload", (event) => {
  if (sending > 0) {
    event.preventDefault();
  }
});

/* Showing */

const rowOf = (id) => list.querySelector(`[data-id="${CSS.escape(id)}"]`);

function show(details) {
  let row = rowOf(details.id);
  if (!row) {
    row = make(
      "li",
      { className: "row", data: { id: details.id, name: details.fileName } },
      make(
        "div",
        { className: "row-main" },
        make("a", { className: "row-title", href: `/studio/library/${details.id}` }, details.fileName),
        make("p", { className: "small", data: { facts: "" } }),
        make("p", { className: "reason", data: { reason: "" } }),
      ),
      make("span", { className: "state" }),
      make("button", { type: "button", className: "icon-button", "aria-label": `Remove ${details.fileName}`, title: "Remove", data: { remove: "" } }, "×"),
    );
    list.prepend(row);
  }
  row.dataset.status = details.status;
  const state = row.querySelector(".state");
  if (state.dataset.state !== details.status) {
    state.dataset.state = details.status;
    state.textContent = documentStates[details.status] ?? details.status;
  }
  row.querySelector("[data-facts]").textContent = facts(details);
  row.querySelector("[data-reason]").textContent = details.reason ?? "";
  tidy();
}

function tidy() {
  const rows = [...list.querySelectorAll(".row:not([hidden])")];
  document.getElementById("no-documents").hidden = rows.length > 0 || uploads.children.length > 0;
  document.getElementById("next-step").hidden = !rows.some((row) => row.dataset.status === "ready");
}

const unfinished = () => [...list.querySelectorAll('[data-status="queued"], [data-status="reading"]')].filter((row) => !removing.has(row.dataset.id));

let watching = false;
async function watch() {
  if (watching) {
    return;
  }
  watching = true;
  while (unfinished().length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (document.visibilityState === "hidden") {
      continue;
    }
    for (const row of unfinished()) {
      try {
        show(await call("GET", `/api/v1/documents/${row.dataset.id}`));
      } catch (problem) {
        if (problem.status === 404) {
          row.remove();
          tidy();
        } else if (problem.status === 401) {
          location.reload();
          return;
        }
      }
    }
  }
  watching = false;
}

/* Removing, with a way back */

async function remove(row) {
  const { id, name } = row.dataset;
  row.hidden = true;
  removing.set(id, row);
  tidy();
  const undone = await toast(`${name} is removed.`, "Undo");
  if (!removing.delete(id)) {
    return;
  }
  if (undone) {
    row.hidden = false;
    tidy();
    watch();
    return;
  }
  try {
    await call("DELETE", `/api/v1/documents/${id}`);
    row.remove();
  } catch (problem) {
    if (problem.status === 404) {
      row.remove();
    } else {
      row.hidden = false;
      toast(`${name} could not be removed. ${problem.message}`);
    }
  }
  tidy();
}

// Leaving the page is not "undo": what was removed is removed.
addEventListener("pagehide", () => {
  for (const id of removing.keys()) {
    call("DELETE", `/api/v1/documents/${id}`, undefined, { keepalive: true }).catch(() => {});
  }
  removing.clear();
});

list.addEventListener("submit", (event) => {
  if (event.target.matches("[data-delete]")) {
    event.preventDefault();
    remove(event.target.closest(".row"));
  }
});
list.addEventListener("click", (event) => {
  if (event.target.closest("[data-remove]")) {
    remove(event.target.closest(".row"));
  }
});

watch();
