// The library: uploads with their progress, states that follow the reading, removal that can be undone.
import { call, upload } from "./api.js";
import { toast } from "./toast.js";
import { badge, documentStates, facts, make, mayRetry, size } from "./words.js";

const drop = document.getElementById("drop");
const chooser = document.getElementById("files");
const uploads = document.getElementById("uploads");
const filter = document.getElementById("filter");
let list = document.getElementById("documents");
const largest = Number(drop.dataset.max) || Infinity;

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

const action = (value, words, more) =>
  make("button", { type: "submit", className: "button secondary", name: "do", value }, words, make("span", { className: "hidden" }, more));

function show(details) {
  let row = rowOf(details.id);
  if (!row) {
    row = make(
      "li",
      { className: "row", data: { id: details.id, name: details.fileName } },
      make("span", { className: "badge", "aria-hidden": "true" }, badge(details.fileType)),
      make(
        "div",
        { className: "row-main" },
        make("a", { className: "row-title", href: `/studio/library/${details.id}` }, details.fileName),
        make("p", { className: "small", data: { facts: "" } }),
        make("p", { className: "reason", data: { reason: "" } }),
      ),
      make("span", { className: "state" }),
      make(
        "form",
        { className: "row-actions" },
        action("cancel", "Cancel", ` reading ${details.fileName}`),
        action("retry", "Try again", ` to read ${details.fileName}`),
        make("button", { type: "submit", className: "icon-button", name: "do", value: "delete", "aria-label": `Remove ${details.fileName}`, title: "Remove" }, "×"),
      ),
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
  row.querySelector('[value="cancel"]').hidden = details.status !== "queued" && details.status !== "reading";
  row.querySelector('[value="retry"]').hidden = !mayRetry(details);
  let bar = row.querySelector("progress");
  if (details.status !== "reading" || !details.pages) {
    bar?.remove();
  } else {
    if (!bar) {
      bar = make("progress", { "aria-label": `Reading ${details.fileName}` });
      row.append(bar);
    }
    bar.max = details.pages;
    bar.value = details.pagesRead ?? 0;
  }
  tidy();
}

function tidy() {
  const rows = [...list.querySelectorAll(".row")];
  const none = document.getElementById("no-documents");
  none.hidden = rows.length > 0 || uploads.children.length > 0 || filter.elements.q.value !== "" || filter.elements.status.value !== "";
  filter.hidden &&= rows.length === 0;
  document.getElementById("next-step").hidden = !rows.some((row) => row.dataset.status === "ready");
}

const unfinished = () => [...list.querySelectorAll('[data-status="queued"], [data-status="reading"]')];

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
        const now = await call("GET", `/api/v1/documents/${row.dataset.id}`);
        if (row.isConnected) {
          show(now);
        }
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

/* Cancelling, trying again, removing with a way back */

async function act(row, what) {
  const { id, name } = row.dataset;
  try {
    if (what === "delete") {
      await call("DELETE", `/api/v1/documents/${id}`);
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      tidy();
      (next?.querySelector(".row-title") ?? document.getElementById("files")).focus();
      if (await toast(`${name} is removed.`, "Undo")) {
        show(await call("POST", `/api/v1/documents/${id}/restore`));
      }
    } else {
      await call("POST", `/api/v1/documents/${id}/${what}`);
      show(await call("GET", `/api/v1/documents/${id}`));
      row.querySelector(".row-title").focus();
    }
    watch();
  } catch (problem) {
    if (problem.status === 404) {
      row.remove();
      tidy();
    } else {
      toast(problem.message);
    }
  }
}

document.getElementById("found").addEventListener("submit", (event) => {
  if (event.target.matches(".row-actions")) {
    event.preventDefault();
    act(event.target.closest(".row"), event.submitter?.value ?? "delete");
  }
});

/* Finding: the address is the state, so that the way back and a bookmark work */

let asked = 0;
async function find() {
  const wanted = new URLSearchParams([...new FormData(filter)].filter(([, value]) => value !== ""));
  const address = `/studio/library${wanted.size > 0 ? `?${wanted}` : ""}`;
  const turn = ++asked;
  try {
    const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("found");
    if (turn !== asked) {
      return;
    }
    if (!answer.ok || !page) {
      location.assign(address);
      return;
    }
    document.getElementById("found").replaceChildren(...page.childNodes);
    list = document.getElementById("documents");
    history.replaceState(null, "", address);
    tidy();
    watch();
  } catch {
    // Away for a moment; the button still works.
  }
}

let later;
filter.addEventListener("input", () => {
  clearTimeout(later);
  later = setTimeout(find, 250);
});
filter.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(later);
  find();
});

watch();
