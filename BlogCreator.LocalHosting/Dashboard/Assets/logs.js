// The page holds as many lines as a person may scroll through; the rest is with the engine, to be searched there.
const most = 2000;
const patience = 250;
const again = 3000;

export function watch(panel) {
  const form = panel.querySelector("form");
  const box = panel.querySelector(".lines");
  const list = box.querySelector("ol");
  const note = panel.querySelector("[data-note]");
  const entry = panel.querySelector("dialog.entry");
  const search = form.querySelector("[data-search]");
  const entries = new Map();
  let last = `${panel.dataset.log}-${panel.dataset.last}`;
  let paused = false;
  let following = true;
  let source;
  let timer;
  let waiting = [];

  panel.querySelector(".live").hidden = false;
  panel.querySelector("[data-submit]").hidden = true;

  const query = () => {
    const values = new URLSearchParams(new FormData(form));
    return values.toString();
  };

  function text(place, words) {
    const wanted = search.value.trim().toLowerCase();
    const low = words.toLowerCase();
    // Some letters change their length in lower case; then the marks would be beside the words.
    if (wanted === "" || low.length !== words.length) {
      place.append(words);
      return;
    }
    let from = 0;
    for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, from)) {
      const mark = document.createElement("mark");
      mark.textContent = words.slice(at, at + wanted.length);
      place.append(words.slice(from, at), mark);
      from = at + wanted.length;
    }
    place.append(words.slice(from));
  }

  function make(tag, content) {
    const made = document.createElement(tag);
    if (content !== undefined) {
      made.textContent = content;
    }
    return made;
  }

  function row(line) {
    const item = make("li");
    item.dataset.level = line.level;
    item.dataset.number = line.number;
    const said = make("span");
    if (line.category) {
      const small = make("small");
      text(small, line.category + (line.traceId ? ` · trace ${line.traceId}` : ""));
      said.append(small);
    }
    text(said, line.exception ? `${line.message}\n${line.exception}` : line.message);
    item.append(make("time", line.time), make("b", line.resource), make("i", line.level), said);
    if (line.fields || line.traceId || line.exception || line.category) {
      const more = make("button", "…");
      more.type = "button";
      more.tabIndex = -1;
      more.setAttribute("aria-label", `All fields of the line of ${line.time}`);
      item.append(more);
      entries.set(String(line.number), line);
    }
    return item;
  }

  function add(lines) {
    if (waiting.length === 0) {
      requestAnimationFrame(draw);
    }
    waiting = [...waiting, ...lines].slice(-most);
  }

  function draw() {
    if (waiting.length === 0) {
      return;
    }
    const piece = document.createDocumentFragment();
    for (const line of waiting) {
      piece.append(row(line));
    }
    waiting = [];
    list.append(piece);
    while (list.childElementCount > most) {
      entries.delete(list.firstElementChild.dataset.number);
      list.firstElementChild.remove();
    }
    note.textContent = list.childElementCount === most ? `The last ${most} lines that fit.` : "";
    if (following) {
      box.scrollTop = box.scrollHeight;
    }
  }

  function clear() {
    waiting = [];
    entries.clear();
    list.replaceChildren();
  }

  function listen() {
    source?.close();
    clearTimeout(timer);
    if (paused || document.hidden) {
      return;
    }
    source = new EventSource(`/logs/stream?${query()}${last ? `&after=${last}` : ""}`);
    source.addEventListener("lines", (event) => {
      last = event.lastEventId;
      add(JSON.parse(event.data));
    });
    source.addEventListener("reset", (event) => {
      last = event.lastEventId;
      clear();
      const lines = JSON.parse(event.data);
      note.textContent = lines.length ? "" : "No line fits. What a service says will be here.";
      add(lines);
    });
    source.addEventListener("gap", () => {
      const gap = make("li", "Lines are missing here: they were said faster than they could be shown. The log file has them.");
      gap.className = "gap";
      draw();
      list.append(gap);
    });
    source.addEventListener("error", () => {
      source.close();
      timer = setTimeout(listen, again);
    });
  }

  function look() {
    last = "";
    const values = query();
    panel.querySelector("[data-download]").href = `/logs/download?${values}`;
    if (location.pathname === "/logs") {
      history.replaceState(null, "", `/logs?${values}`);
    }
    listen();
  }

  function follow(value) {
    following = value;
    panel.querySelector("[data-follow]").setAttribute("aria-pressed", String(value));
    if (value) {
      box.scrollTop = box.scrollHeight;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("select")) {
      look();
    }
  });
  let typing;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(look, patience);
  });

  const pause = panel.querySelector("[data-pause]");
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    note.textContent = paused ? "Paused. What is said meanwhile is shown when you go on." : "";
    listen();
  });
  panel.querySelector("[data-follow]").addEventListener("click", () => follow(!following));
  panel.querySelector("[data-clear]").addEventListener("click", () => {
    clear();
    note.textContent = "Cleared here only. The next line comes as it is said.";
  });
  const view = panel.querySelector("[data-view]");
  view.addEventListener("click", () => {
    const fields = panel.classList.toggle("fields");
    view.setAttribute("aria-pressed", String(fields));
    follow(following);
  });
  panel.querySelector("[data-copy]").addEventListener("click", async () => {
    const lines = [...list.children].map((item) =>
      [...item.children].filter((part) => !part.matches("button")).map((part) => part.textContent).join(" "));
    try {
      await navigator.clipboard.writeText(lines.join("\n"));
      note.textContent = `Copied ${lines.length} lines.`;
    } catch {
      note.textContent = "This browser did not allow it. Download gives the same lines.";
    }
  });

  let top = 0;
  box.addEventListener("scroll", () => {
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    if (box.scrollTop < top && following && !atEnd) {
      follow(false);
    } else if (atEnd && !following && box.scrollTop > top) {
      follow(true);
    }
    top = box.scrollTop;
  }, { passive: true });

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const line = button && entries.get(button.parentElement.dataset.number);
    if (!line) {
      return;
    }
    const facts = [
      ["time", line.time], ["service", line.resource], ["level", line.level], ["category", line.category], ["message", line.message],
      ["exception", line.exception], ["trace", line.traceId], ...(line.fields ?? []),
    ].filter(([, value]) => value);
    entry.querySelector("dl").replaceChildren(...facts.map(([name, value]) => {
      const pair = make("div");
      const said = make("dd", value);
      if (name === "trace") {
        const link = make("a", " all lines of it");
        link.href = `/logs?q=${encodeURIComponent(value)}`;
        const trace = make("a", "who did what when");
        trace.href = `/traces/${encodeURIComponent(value)}`;
        said.append(link, ", ", trace);
      }
      pair.append(make("dt", name), said);
      return pair;
    }));
    entry.showModal();
  });

  document.addEventListener("visibilitychange", listen);
  follow(true);
  // Drawn again by the same hand that draws the rest, so that all lines can do the same.
  last = "";
  listen();
}
