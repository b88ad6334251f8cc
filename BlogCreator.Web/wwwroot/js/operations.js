// The page of operations looks again by itself, while somebody looks at it. Nothing moves away from under a hand: a part in
// which something is focused, selected or opened stays as it is.
const every = 15_000;
const remembered = "operations-look";
const button = document.getElementById("look-by-itself");
const looking = document.getElementById("looking");
let on = sessionStorage.getItem(remembered) !== "off";
let timer = 0;
let asked = null;

function isInUse(part) {
  const selection = getSelection();
  return part.contains(document.activeElement)
    || part.querySelector("details[open]") !== null
    || (selection && !selection.isCollapsed && part.contains(selection.anchorNode));
}

function say(words) {
  if (looking.textContent !== words) {
    looking.textContent = words;
  }
}

async function look() {
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  try {
    const answer = await fetch("/studio/operations", { credentials: "same-origin", headers: { Accept: "text/html" }, signal });
    if (answer.redirected) {
      // Signed out meanwhile: what is shown stays, and the next step of the person leads to the sign-in.
      set(false);
      say("You are no longer signed in");
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = [...document.querySelectorAll("[data-live]")];
    if (!answer.ok || fresh.querySelector("[data-live]") === null) {
      say(fresh.querySelector("h1")?.textContent ?? "The site does not answer");
      return;
    }
    for (const part of parts) {
      const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      if (other && !isInUse(part) && other.innerHTML !== part.innerHTML) {
        part.replaceChildren(...other.childNodes);
      }
    }
    say("");
  } catch (error) {
    if (error.name !== "AbortError") {
      say("The site does not answer; it is asked again");
    }
  }
}

function plan() {
  clearTimeout(timer);
  if (on && document.visibilityState === "visible") {
    timer = setTimeout(async () => {
      await look();
      plan();
    }, every);
  }
}

function set(value) {
  on = value;
  sessionStorage.setItem(remembered, on ? "on" : "off");
  button.setAttribute("aria-pressed", String(on));
  plan();
}

button.hidden = false;
button.addEventListener("click", () => set(!on));
document.addEventListener("visibilitychange", async () => {
  if (on && document.visibilityState === "visible") {
    await look();
  }
  plan();
});
set(on);
