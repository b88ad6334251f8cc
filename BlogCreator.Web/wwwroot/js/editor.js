// The editor: outline, text and evidence beside each other; nothing that was typed is lost.
import { call } from "./api.js";
import { showDiff } from "./diff.js";
import { LocalCopy } from "./editor-copy.js";
import { Publishing, when } from "./editor-publish.js";
import { offerRewrite } from "./editor-rewrite.js";
import { Saving } from "./editor-save.js";
import { headingsOf, Paper, sectionsOf, wordCount } from "./editor-text.js";
import { toast } from "./toast.js";
import { checked, count, make, postStates, verdictMark, where } from "./words.js";

const form = document.getElementById("editor");
const id = form.dataset.id;
const api = `/api/v1/posts/${id}`;
const field = (name) => form.elements.namedItem(name);
const [title, summary, markdown, slug, tags] = ["title", "summary", "markdown", "slug", "tags"].map(field);
const saveState = document.getElementById("save-state");
const alertBox = document.getElementById("editor-alert");
const list = document.getElementById("claims");
const here = document.getElementById("here");
const outline = document.getElementById("outline");
const previewHtml = document.getElementById("preview-html");
const conflictDialog = document.getElementById("conflict-dialog");
const slugProblem = document.getElementById("slug-problem");
const passing = new Set(["supported", "not-needed"]);
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

let version = Number(form.dataset.version);
let status = form.dataset.status;
let publishedVersion = Number(form.dataset.publishedVersion) || null;
let scheduledAt = form.dataset.scheduledAt || null;
let claims = [];
let claimsText = null;
let lastProblem = null;

const copy = new LocalCopy(id);
const paper = new Paper(markdown, document.getElementById("under"));
const content = () => ({
  title: title.value.trim(),
  summary: summary.value.trim(),
  markdown: markdown.value,
  slug: slug.value.trim(),
  tags: tags.value.split(",").map((tag) => tag.trim()).filter(Boolean),
});
const printOf = ({ slug: address, ...text }, automatic) => JSON.stringify(automatic ? text : { ...text, address });
let saved = content();
const dirty = (automatic) => printOf(content(), automatic) !== printOf(saved, automatic);

/* Words about where things stand */

function say(text) {
  if (saveState.textContent !== text) {
    saveState.textContent = text;
  }
}

function complain(problem) {
  lastProblem = problem.message;
  const errors = problem?.details?.errors;
  const parts = [make("p", {}, problem.message)];
  if (errors) {
    parts.push(make("ul", {}, ...Object.values(errors).flat().map((text) => make("li", {}, String(text)))));
  }
  if (problem.status === 401) {
    parts.push(make("p", {}, make("a", { href: "/account/sign-in", target: "_blank" }, "Sign in in another tab")));
  }
  alertBox.replaceChildren(...parts);
  alertBox.dataset.about = "saving";
  alertBox.hidden = false;
}

function showStatus() {
  const state = document.getElementById("post-state");
  state.dataset.state = status;
  state.textContent = postStates[status] ?? status;
  const scheduled = document.getElementById("schedule-note");
  scheduled.hidden = status !== "scheduled" || !scheduledAt;
  scheduled.textContent = scheduledAt ? `for ${when.format(new Date(scheduledAt))}` : "";
  const published = publishedVersion !== null;
  const link = document.getElementById("public-link");
  link.hidden = !published;
  link.href = `/posts/${encodeURIComponent(form.dataset.slug)}`;
  document.getElementById("unpublish").hidden = status !== "published";
  document.getElementById("unschedule").hidden = status !== "scheduled";
  document.getElementById("archive").hidden = status === "archived";
  document.getElementById("unarchive").hidden = status !== "archived";
  document.getElementById("publish").textContent = status === "published" ? "Publish changes" : status === "scheduled" ? "Change the schedule" : "Publish";
}

function took(post) {
  ({ version, status, publishedVersion, scheduledAt } = post);
  form.dataset.slug = post.slug;
  field("version").value = post.version;
  showStatus();
}

function fill(text) {
  title.value = text.title;
  summary.value = text.summary;
  markdown.value = text.markdown;
  slug.value = text.slug;
  tags.value = text.tags.join(", ");
  changed();
}

/* Saving */

function keepCopy() {
  return copy.keep(version, content());
}

const saving = new Saving(api, {
  content,
  version: () => version,
  needed: dirty,
  ready(automatic) {
    if (!automatic) {
      return form.reportValidity();
    }
    if (title.value.trim() === "") {
      say(keepCopy() ? "Not saved: the post has no title. Your text is kept in this browser" : "Not saved: the post has no title");
      return false;
    }
    say("Saving");
    return true;
  },
  saved(post, sent, automatic) {
    const before = version;
    took(post);
    saved = { ...sent, slug: post.slug };
    if (!automatic && slug.value.trim() === sent.slug) {
      slug.value = post.slug;
    }
    slugProblem.hidden = true;
    lastProblem = null;
    if (alertBox.dataset.about === "saving") {
      delete alertBox.dataset.about;
      alertBox.hidden = true;
    }
    copy.drop(before);
    if (dirty(false)) {
      keepCopy();
    }
    say(dirty(true) ? "Not yet saved" : `Saved ${clock.format(new Date())}`);
    if (markdown.value === post.markdown) {
      showCheck(post.check, post.claims, post.markdown);
    }
  },
  async failed(problem, automatic, sent) {
    if (problem.status === 409 && problem.details.code === "not-the-latest" && (await isOurs(sent))) {
      return true;
    }
    const kept = keepCopy() ? "Your text is kept in this browser" : "Keep this window open: your text is only here";
    lastProblem = problem.message;
    if (problem.status === 409 && problem.details.code === "slug-taken") {
      say(`Not saved. ${kept}`);
      offerAddress(problem);
    } else if (problem.status === 409) {
      saving.stop();
      say(`Not saved: there is a newer version. ${kept}`);
      if (automatic) {
        const compare = make("button", { type: "button", className: "button secondary", id: "compare" }, "Compare and choose");
        compare.addEventListener("click", () => conflict(content()));
        alertBox.replaceChildren(make("p", {}, "This post was saved elsewhere while you wrote here. Both texts are kept; yours is not saved until you choose."), make("p", { className: "actions" }, compare));
        alertBox.hidden = false;
      } else {
        await conflict(content(), problem);
      }
    } else if (problem.status === 0 || problem.status >= 500) {
      say(`Not saved: the server is away. ${kept}`);
      if (!automatic) {
        complain(problem);
      }
    } else {
      say(`Not saved. ${kept}`);
      complain(problem);
    }
    return false;
  },
});

/** A save whose answer was lost on the way meets itself: that is no conflict. */
async function isOurs(sent) {
  try {
    const newer = await call("GET", api);
    const line = (text) => text.trim().replace(/\s+/g, " ");
    if (newer.markdown !== sent.markdown || line(newer.title) !== line(sent.title) || line(newer.summary) !== line(sent.summary)) {
      return false;
    }
    copy.drop(version);
    took(newer);
    saved = { ...sent, slug: newer.slug };
    say(dirty(true) ? "Not yet saved" : `Saved ${clock.format(new Date())}`);
    return true;
  } catch {
    return false;
  }
}

const save = () => saving.save(false).then((done) => {
  if (done && !dirty(false) && saveState.textContent === "Not yet saved") {
    say(`Saved, version ${version}`);
  }
  return done;
});

function offerAddress(problem) {
  const free = problem.details.suggestion;
  const use = make("button", { type: "button", className: "button secondary", id: "use-suggestion" }, `Use ${free}`);
  use.addEventListener("click", () => {
    slug.value = free;
    slugProblem.hidden = true;
    slug.focus();
    changed();
  });
  slugProblem.replaceChildren(make("span", {}, problem.message), " ", use);
  slugProblem.hidden = false;
  document.getElementById("more-fields").open = true;
  slug.focus();
}

/* Two texts: choose, or put them together */

async function conflict(mine, problem) {
  let newer;
  try {
    newer = await call("GET", api);
  } catch (away) {
    complain(problem ?? away);
    return;
  }
  if (newer.version === version && problem) {
    complain(problem);
    saving.go();
    return;
  }
  const [left, right, box] = ["conflict-mine", "conflict-theirs", "conflict-diff"].map((one) => document.getElementById(one));
  const compare = () => {
    const parts = [];
    for (const [name, ours, theirs] of [["Title", mine.title, newer.title], ["Summary", mine.summary, newer.summary], ["Tags", mine.tags.join(", "), newer.tags.join(", ")]]) {
      if (ours !== theirs) {
        parts.push(make("h3", {}, name), showDiff(theirs, ours));
      }
    }
    box.replaceChildren(...parts, make("h3", {}, "Text"), showDiff(newer.markdown, left.value));
  };
  left.value = mine.markdown;
  right.value = newer.markdown;
  left.oninput = compare;
  compare();
  document.getElementById("conflict-keep").onclick = () => {
    copy.drop();
    took(newer);
    saved = { ...newer };
    fill({ ...mine, markdown: left.value });
    conflictDialog.close();
    alertBox.hidden = true;
    saving.go();
    save();
  };
  document.getElementById("conflict-take").onclick = () => {
    copy.drop();
    took(newer);
    saved = { ...newer };
    fill(newer);
    conflictDialog.close();
    alertBox.hidden = true;
    say(`Version ${version}`);
    saving.go();
    toast("This is the newer version now.", "Undo").then((undo) => undo && fill(mine));
  };
  if (!conflictDialog.open) {
    conflictDialog.showModal();
  }
}

function offerCopy() {
  const found = copy.find();
  if (!found) {
    return;
  }
  if (printOf(found.content, false) === printOf(saved, false)) {
    copy.drop();
    return;
  }
  copy.setAside(found);
  const old = found.version < version;
  const use = make("button", { type: "button", className: "button secondary", id: "restore-copy" }, old ? "Compare both" : "Bring it back");
  const leave = make("button", { type: "button", className: "button secondary", id: "discard-copy" }, "Leave it");
  use.addEventListener("click", () => {
    alertBox.hidden = true;
    if (old) {
      saving.stop();
      conflict(found.content);
    } else {
      fill(found.content);
      markdown.focus();
    }
  });
  leave.addEventListener("click", () => {
    const kept = found;
    copy.drop();
    alertBox.hidden = true;
    toast("The text of this browser is left.", "Undo").then((undo) => undo && fill(kept.content));
  });
  const at = new Date(found.at).toLocaleString();
  alertBox.replaceChildren(
    make("p", {}, old ? `This browser kept a text from ${at} that was never saved, and a newer version was saved since.` : `This browser kept a text from ${at} that was never saved.`),
    make("p", { className: "actions" }, use, leave),
  );
  alertBox.hidden = false;
}

/* Verdicts: beside the text, under it, and for the statement at the cursor */

/** Where a statement is now, although the text has changed since it was checked; null when its own words have. */
function placeOf(claim) {
  const now = markdown.value;
  if (claimsText === null || now === claimsText) {
    return [claim.start, claim.end];
  }
  let start = 0;
  while (start < now.length && start < claimsText.length && now[start] === claimsText[start]) {
    start++;
  }
  if (claim.end <= start) {
    return [claim.start, claim.end];
  }
  let end = 0;
  while (end < now.length - start && end < claimsText.length - start && now[now.length - 1 - end] === claimsText[claimsText.length - 1 - end]) {
    end++;
  }
  const moved = now.length - claimsText.length;
  return claim.start >= claimsText.length - end ? [claim.start + moved, claim.end + moved] : null;
}

function showCheck(check, found, text) {
  claims = found;
  claimsText = text;
  const seal = document.querySelector("#check-summary .seal");
  seal.dataset.whole = String(check.supported === check.checked);
  seal.lastChild.textContent = ` ${checked(check)}`;
  const weak = claims.filter((claim) => !passing.has(claim.verdict)).length;
  const next = document.getElementById("next-weak");
  next.hidden = weak === 0;
  next.textContent = weak === 1 ? "1 lacks support: go to it" : `${weak} lack support: go to the next`;
  list.replaceChildren(...found.map(claimItem).filter(Boolean));
  if (list.children.length === 0) {
    list.append(make("li", {}, make("p", { className: "small" }, "No sentence of the text states a fact yet.")));
  }
  follow();
}

function claimItem(claim, i) {
  if (claim.verdict === "not-needed") {
    return null;
  }
  return make(
    "li",
    { data: { claim: String(i), start: String(claim.start), verdict: claim.verdict } },
    make("button", { type: "button", className: "claim-pick" }, claim.sentence),
    make("p", {}, verdictMark(claim.verdict)),
    claim.note && !passing.has(claim.verdict) ? make("p", { className: "small" }, claim.note) : null,
  );
}

function selectClaim(claim) {
  const place = placeOf(claim);
  if (!place) {
    toast("This sentence has changed; its verdict comes in a moment.");
    return;
  }
  choose(tabs[0]);
  paper.select(...place);
  follow();
}

list.addEventListener("click", (event) => {
  const item = event.target.closest("[data-claim]");
  if (item && !getSelection().toString()) {
    selectClaim(claims[Number(item.dataset.claim)]);
  }
});

let shown = null;

function follow() {
  const at = markdown.selectionStart;
  const placed = claims.map((claim) => ({ claim, place: placeOf(claim) }));
  const current = placed.findIndex(({ place }) => place && at >= place[0] && at < place[1]);
  paper.draw(
    placed.flatMap(({ claim, place }, i) => (place && (i === current || !passing.has(claim.verdict)) ? [{ start: place[0], end: place[1], verdict: claim.verdict, here: i === current }] : [])),
  );
  for (const item of list.querySelectorAll("[data-claim]")) {
    item.classList.toggle("here", Number(item.dataset.claim) === current);
  }
  const claim = claims[current] ?? null;
  if (claim !== shown) {
    shown = claim;
    showHere(claim);
    const item = list.querySelector(".here");
    const side = document.querySelector(".editor-side");
    if (item && side.scrollHeight > side.clientHeight) {
      const top = item.getBoundingClientRect().top - side.getBoundingClientRect().top + side.scrollTop;
      side.scrollTop = Math.max(0, top - side.clientHeight / 2);
    }
  }
  const heads = [...outline.querySelectorAll("[data-at]")];
  const section = heads.findLast((item) => Number(item.dataset.at) <= at);
  for (const item of heads) {
    item.classList.toggle("here", item === section);
  }
}

function showHere(claim) {
  if (!claim) {
    here.replaceChildren(make("p", { className: "small" }, "Put the cursor into a sentence to see what it rests on."));
    return;
  }
  here.replaceChildren(
    make("p", {}, verdictMark(claim.verdict)),
    ...(claim.note ? [make("p", { className: "small" }, claim.note)] : []),
    ...(claim.verdict === "not-needed" ? [make("p", { className: "small" }, "It states no fact that has to be looked up.")] : []),
    ...claim.evidence.map((piece) =>
      make("blockquote", {}, piece.quote, make("cite", {}, make("a", { href: `/studio/library/${piece.documentId}#p-${piece.passageId}`, target: "_blank" }, where(piece)), ` [^${piece.label}]`)),
    ),
  );
}
document.addEventListener("selectionchange", () => document.activeElement === markdown && follow());

let previewTimer;
let previewCall = null;

async function preview() {
  clearTimeout(previewTimer);
  previewCall?.abort();
  const mine = (previewCall = new AbortController());
  const text = markdown.value;
  try {
    const made = await call("POST", `${api}/preview`, { markdown: text }, { signal: mine.signal });
    // Sanitised by the API, the same way as for the public page.
    previewHtml.innerHTML = made.html;
    showCheck(made.check, made.claims, text);
  } catch (problem) {
    if (problem.name !== "AbortError") {
      previewHtml.replaceChildren(make("p", { className: "small" }, problem.message));
    }
  }
}

// A mark in the preview leads to its sentence; any other link must not take the editor away.
previewHtml.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link) {
    return;
  }
  event.preventDefault();
  const claim = link.matches(".cite") ? claims[Number(/#s(\d+)$/.exec(link.hash)?.[1]) - 1] : null;
  if (claim) {
    selectClaim(claim);
  } else if (!link.matches(".cite")) {
    open(link.href, "_blank", "noopener");
  }
});

/* Outline and counts */

function showOutline() {
  const text = markdown.value;
  const sections = sectionsOf(text);
  const entries = [
    ...(text.slice(0, sections[1]?.start).trim() ? [{ title: "Opening", level: 2, start: 0, section: sections[0] }] : []),
    ...headingsOf(text).map((heading) => ({ ...heading, section: sections.find((one) => one.heading?.start === heading.start) })),
  ];
  const now = JSON.stringify(entries.map(({ title: name, level, start, section }) => [name, level, start, section && text.slice(section.start, section.end).includes("[^")]));
  if (outline.dataset.made === now) {
    return;
  }
  outline.dataset.made = now;
  outline.replaceChildren(
    ...entries.map(({ title: name, level, start, section }) => {
      const go = make("button", { type: "button", className: "toc-go" }, name);
      go.addEventListener("click", () => {
        paper.select(start, start);
        follow();
      });
      const item = make("li", { data: { level: String(level), at: String(start) } }, go);
      // What cites nothing, such as the list of sources, is not written from passages.
      if (section && text.slice(section.start, section.end).includes("[^")) {
        const again = make("button", { type: "button", className: "toc-again", "aria-label": `Write again: ${name}` }, "Write again");
        again.addEventListener("click", () => offerRewrite(section, facade));
        item.append(again);
      }
      return item;
    }),
  );
  document.getElementById("outline-empty").hidden = entries.length > 0;
}

function changed() {
  if (dirty(false)) {
    keepCopy();
    say("Not yet saved");
  } else {
    say(`Saved, version ${version}`);
  }
  document.getElementById("counts").textContent = wordCount(markdown.value);
  showOutline();
  follow();
  saving.typed();
  clearTimeout(previewTimer);
  previewTimer = setTimeout(preview, 500);
}
for (const one of [title, summary, markdown, slug, tags]) {
  one.addEventListener("input", changed);
}

/* Tabs */

const tabs = [...document.querySelectorAll("#tabs [role=tab]")];
document.getElementById("tabs").hidden = false;

function choose(tab) {
  for (const one of tabs) {
    const chosen = one === tab;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
    document.getElementById(one.getAttribute("aria-controls")).hidden = !chosen;
  }
}
for (const tab of tabs) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      const other = tabs[(tabs.indexOf(tab) + 1) % tabs.length];
      choose(other);
      other.focus();
    }
  });
}

/* What the other parts ask of the editor */

const facade = {
  id,
  save,
  say,
  complain,
  took,
  version: () => version,
  post: () => ({ status, publishedVersion, scheduledAt }),
  lastProblem: () => lastProblem,
  text: () => markdown.value,
  put: (text) => paper.write(0, markdown.value.length, text),
  replace: (start, end, text) => paper.write(start, end, text),
  select: selectClaim,
  async check() {
    await preview();
    return claims;
  },
  async look() {
    const post = await call("GET", api);
    took(post);
  },
};
const publishing = new Publishing(facade);

async function remove() {
  if (dirty(true)) {
    await saving.save(true);
  }
  saving.stop();
  try {
    await call("DELETE", api);
    copy.drop();
    location.assign(`/studio/posts?deleted=${encodeURIComponent(id)}`);
  } catch (problem) {
    saving.go();
    complain(problem);
  }
}

const menu = document.getElementById("menu");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const action = event.submitter?.value ?? "save";
  menu.open = false;
  if (action === "publish") {
    publishing.ask();
  } else if (action === "delete") {
    remove();
  } else if (action === "save") {
    save();
  } else {
    publishing.withdraw(action);
  }
});
document.addEventListener("click", (event) => {
  if (menu.open && !menu.contains(event.target)) {
    menu.open = false;
  }
});
menu.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* Keys */

function jump(step) {
  const weak = claims.filter((claim) => !passing.has(claim.verdict) && placeOf(claim));
  if (weak.length === 0) {
    toast("Every statement has its support.");
    return;
  }
  const at = markdown.selectionStart;
  selectClaim(step > 0 ? weak.find((claim) => placeOf(claim)[0] > at) ?? weak[0] : weak.findLast((claim) => placeOf(claim)[0] < at) ?? weak.at(-1));
}
document.getElementById("next-weak").addEventListener("click", () => jump(1));

addEventListener("keydown", (event) => {
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "s") {
    event.preventDefault();
    save();
  } else if (command && event.key === "Enter" && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    publishing.ask();
  } else if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp") && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    jump(event.key === "ArrowDown" ? 1 : -1);
  }
});

addEventListener("beforeunload", (event) => {
  // The text is kept in this browser and offered on return; only where that fails is leaving a loss.
  if (dirty(true) && !keepCopy()) {
    event.preventDefault();
  }
});
addEventListener("pageshow", (event) => {
  // Back from the browser's memory: what was sent on leaving has arrived meanwhile.
  if (event.persisted && dirty(true)) {
    isOurs(content()).then(() => saving.typed());
  }
});
addEventListener("pagehide", () => saving.lastWord());
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && dirty(true) && saving.save(true));

if (matchMedia("(max-width: 76rem)").matches) {
  document.getElementById("outline-fold").open = false;
}
showStatus();
showHere(null);
document.getElementById("counts").textContent = wordCount(markdown.value);
showOutline();
offerCopy();
preview();
if (publishedVersion && publishedVersion !== version) {
  say(`Version ${version}; ${count(version - publishedVersion, "save", "saves")} since the one on the blog`);
}
