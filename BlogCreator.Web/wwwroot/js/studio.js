// What every page of the studio has: the list of keys, moving about by keyboard, copying.
import { toast } from "./toast.js";

const keys = document.getElementById("keys-dialog");
for (const button of document.querySelectorAll("[data-keys]")) {
  button.hidden = false;
  button.addEventListener("click", () => keys.showModal());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      toast("Copied");
    } catch {
      toast("It is selected; copy it with Ctrl+C");
    }
  });
}

// A page made anew after a form was sent says what became of it first.
document.querySelector("[data-said]")?.focus();

const places = { w: "/studio/write", l: "/studio/library", p: "/studio/posts", s: "/studio/site", o: "/studio/operations" };
let going = 0;
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog, [contenteditable]")) {
    return;
  }
  if (event.key === "?") {
    event.preventDefault();
    keys?.showModal();
  } else if (event.key === "g") {
    going = event.timeStamp;
  } else if (places[event.key] && event.timeStamp - going < 1500) {
    location.assign(places[event.key]);
  }
});
