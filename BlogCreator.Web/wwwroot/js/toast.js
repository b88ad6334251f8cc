import { make } from "./words.js";

const lasts = 6000;

/** A note at the foot of the page. With an action it stays long enough to be used; its promise says whether it was. */
export function toast(text, action) {
  const place = document.getElementById("toasts");
  const note = make("div", { className: "toast" }, make("span", {}, text));
  return new Promise((resolve) => {
    let timer;
    const end = (used) => {
      clearTimeout(timer);
      note.remove();
      resolve(used);
    };
    if (action) {
      const button = make("button", { type: "button" }, action);
      button.addEventListener("click", () => end(true));
      note.append(button);
    }
    const start = () => {
      timer = setTimeout(() => end(false), lasts);
    };
    note.addEventListener("pointerenter", () => clearTimeout(timer));
    note.addEventListener("pointerleave", start);
    note.addEventListener("focusin", () => clearTimeout(timer));
    note.addEventListener("focusout", start);
    start();
    place.append(note);
  });
}
