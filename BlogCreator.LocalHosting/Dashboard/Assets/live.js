// Keeps a part of a page true: told that there is something new, it asks for the page again and takes that part of it.
const patience = 250;
const again = 3000;

export function keep(region) {
  const form = document.querySelector("form[data-filter]");
  const pause = form?.querySelector("[data-pause]");
  let shown = region.innerHTML;
  let paused = false;
  let source;
  let timer;
  let typing;
  let turn = 0;

  // What is being read with the mouse, to be copied perhaps, is not taken away.
  const isHeld = () => {
    const selection = getSelection();
    return !selection.isCollapsed && region.contains(selection.anchorNode);
  };

  function put(html) {
    const focused = region.contains(document.activeElement) ? document.activeElement : null;
    const owner = focused?.closest("[id]");
    const place = owner ? [owner, ...owner.querySelectorAll("a, summary")].indexOf(focused) : -1;
    const open = [...region.querySelectorAll("details[open]")].map((part) => part.id);
    region.innerHTML = html;
    shown = html;
    for (const id of open) {
      region.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
    }
    if (place >= 0) {
      const same = document.getElementById(owner.id);
      [same, ...(same?.querySelectorAll("a, summary") ?? [])][place]?.focus({ preventScroll: true });
    }
  }

  async function refresh() {
    const mine = ++turn;
    const answer = await fetch(location.href).catch(() => null);
    if (!answer || mine !== turn) {
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const html = page.querySelector("[data-live]")?.innerHTML;
    if (html !== undefined && mine === turn && html !== shown && !isHeld()) {
      put(html);
    }
  }

  function listen() {
    source?.close();
    clearTimeout(timer);
    if (paused || document.hidden) {
      return;
    }
    source = new EventSource(`/telemetry/stream?of=${region.dataset.live}`);
    source.addEventListener("news", refresh);
    source.addEventListener("error", () => {
      source.close();
      timer = setTimeout(listen, again);
    });
  }

  function look() {
    const values = [...new FormData(form)].filter(([, value]) => value !== "");
    history.replaceState(null, "", values.length > 0 ? `?${new URLSearchParams(values)}` : location.pathname);
    refresh();
  }

  if (form) {
    form.querySelector("[data-submit]").hidden = true;
    form.querySelector(".live").hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      look();
    });
    form.addEventListener("change", look);
    form.addEventListener("input", (event) => {
      if (event.target.matches("[data-search]")) {
        clearTimeout(typing);
        typing = setTimeout(look, patience);
      }
    });
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.setAttribute("aria-pressed", String(paused));
      listen();
    });
  }

  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (target && region.contains(target) && target.matches("details")) {
    target.open = true;
    target.scrollIntoView();
  }

  document.addEventListener("visibilitychange", listen);
  listen();
}
