// The outline as a list that can be put in order. Without this script its buttons send the form and the server does the same.
import { make } from "./words.js";

const form = document.getElementById("outline-form");
const list = document.getElementById("edit-outline");
const told = document.getElementById("outline-said");

export function editOutline() {
  if (!form) {
    return;
  }
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=change]");
    if (!button?.value) {
      return;
    }
    event.preventDefault();
    if (button.value === "add") {
      add();
    } else {
      change(button.closest("li"), button.value.split("-")[0], button);
    }
  });
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("li");
    if (row && event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      change(row, event.key === "ArrowUp" ? "up" : "down", event.target);
    } else if (event.key === "Enter" && row && event.target.matches("input")) {
      // In the middle of naming sections the enter key goes to the next one; the writing begins by its button.
      event.preventDefault();
      (row.nextElementSibling?.querySelector("[name=headings]") ?? document.getElementById("add-section")).focus();
    }
  });
  form.addEventListener("submit", () => {
    document.getElementById("accept-outline").disabled = true;
  });
  addEventListener("pageshow", () => {
    document.getElementById("accept-outline").disabled = false;
  });
  for (const row of list.children) {
    draggable(row);
  }
}

function change(row, what, focus) {
  const name = row.querySelector("[name=headings]").value || "The new section";
  if (what === "remove") {
    if (list.children.length === 1) {
      say("A post needs one section at least.");
      return;
    }
    const next = row.nextElementSibling ?? row.previousElementSibling;
    const undo = { row, before: row.nextElementSibling };
    row.remove();
    next.querySelector("[name=headings]").focus();
    say(`${name} is taken out.`, () => {
      list.insertBefore(undo.row, undo.before?.isConnected ? undo.before : null);
      undo.row.querySelector("[name=headings]").focus();
      number();
    });
  } else {
    const other = what === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (!other) {
      return;
    }
    list.insertBefore(row, what === "up" ? other : other.nextElementSibling);
    focus.focus();
    say(`${name} is number ${[...list.children].indexOf(row) + 1} of ${list.children.length}.`);
  }
  number();
}

function add() {
  const row = list.lastElementChild.cloneNode(true);
  row.querySelector("[name=sources]").value = "";
  row.querySelector("[name=headings]").value = "";
  list.append(row);
  draggable(row);
  number();
  row.querySelector("[name=headings]").focus();
}

function number() {
  [...list.children].forEach((row, place) => {
    row.querySelector("[name=headings]").setAttribute("aria-label", `Heading of section ${place + 1}`);
    for (const button of row.querySelectorAll("button[name=change]")) {
      button.value = `${button.value.split("-")[0]}-${place}`;
    }
  });
}

function say(words, undo) {
  told.replaceChildren(words);
  if (undo) {
    const button = make("button", { type: "button", className: "link-button" }, "Undo");
    button.addEventListener("click", () => {
      undo();
      told.replaceChildren("It is back.");
    });
    told.append(" ", button);
  }
}

/** By pointer, so that it works by mouse, pen and finger alike. */
function draggable(row) {
  const handle = row.querySelector(".handle");
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    row.classList.add("dragged");
    const move = (moved) => {
      const over = [...list.children].find((other) => {
        const box = other.getBoundingClientRect();
        return other !== row && moved.clientY > box.top && moved.clientY < box.bottom;
      });
      if (over) {
        const box = over.getBoundingClientRect();
        const below = over.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_PRECEDING;
        if (below ? moved.clientY > box.top + box.height / 2 : moved.clientY < box.top + box.height / 2) {
          list.insertBefore(row, below ? over.nextElementSibling : over);
        }
      }
    };
    const drop = () => {
      row.classList.remove("dragged");
      done.abort();
      number();
    };
    // On the document: a handle that changes its place loses what it had captured.
    const done = new AbortController();
    document.addEventListener("pointermove", move, { signal: done.signal });
    document.addEventListener("pointerup", drop, { signal: done.signal });
    document.addEventListener("pointercancel", drop, { signal: done.signal });
  });
}
