// Keeps the states on the page true, and the title of the tab, which is all that is seen of it most of the day.
const run = document.documentElement.dataset.run;
const title = document.title;
const outlook = document.getElementById("outlook");
const again = 3000;
const hiddenPause = 10000;
let source;
let timer;
// Who looks away and back while an answer is waited for begins anew; what was begun before must then open no stream, which
// nobody would close.
let turn = 0;

function say(tone, words) {
  if (outlook.textContent !== words) {
    outlook.textContent = words;
  }
  outlook.dataset.tone = tone;
  document.title = tone === "good" ? title : `${tone === "bad" ? "✕" : "▲"} ${words} · ${title}`;
}

function show(state) {
  if (state.run !== run) {
    // Another run of the app: addresses and settings may be others.
    location.reload();
    return;
  }
  say(state.tone, state.words);
  for (const service of state.services) {
    for (const place of document.querySelectorAll(`[data-service="${CSS.escape(service.name)}"]`)) {
      for (const field of place.querySelectorAll("[data-field]")) {
        const text = service[field.dataset.field] ?? "";
        if (field.textContent !== text) {
          field.textContent = text;
        }
      }
      place.querySelector(".state").dataset.tone = service.tone;
      for (const form of place.querySelectorAll("form[data-action]")) {
        form.hidden = !(form.dataset.action === "start" ? service.canStart : service.canStop);
      }
    }
  }
}

function gone(status) {
  say("bad", status === 401
    ? "This browser is not remembered any more. Open the link that the terminal shows."
    : "The app stopped, or does not answer. This page goes on by itself when it is back.");
}

async function ask() {
  try {
    const answer = await fetch("/state");
    if (answer.ok) {
      show(await answer.json());
      return true;
    }
    gone(answer.status);
  } catch {
    gone();
  }
  return false;
}

function listen() {
  const stream = new EventSource("/state/stream");
  source = stream;
  stream.addEventListener("state", (event) => show(JSON.parse(event.data)));
  stream.addEventListener("error", () => {
    stream.close();
    if (stream === source) {
      retry();
    }
  });
}

// By asking, since an EventSource does not tell why it failed.
async function retry() {
  clearTimeout(timer);
  if (document.hidden) {
    return;
  }
  const mine = turn;
  const answered = await ask();
  if (mine !== turn) {
    return;
  }
  if (answered) {
    listen();
  } else {
    timer = setTimeout(retry, again);
  }
}

// A browser opens six connections to one address, for all its tabs: one that is not seen asks now and then.
function choose() {
  turn++;
  source?.close();
  source = undefined;
  clearTimeout(timer);
  clearInterval(timer);
  if (document.hidden) {
    timer = setInterval(ask, hiddenPause);
  } else {
    retry();
  }
}

document.addEventListener("visibilitychange", choose);
choose();

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-action]")) {
    return;
  }
  event.preventDefault();
  const buttons = [...form.parentElement.querySelectorAll("button")];
  for (const button of buttons) {
    button.disabled = true;
  }
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
    if (answer.type !== "opaqueredirect" && !answer.ok) {
      say("bad", await answer.text());
    }
  } catch {
    gone();
  } finally {
    for (const button of buttons) {
      button.disabled = false;
    }
  }
});
