// The editor: saving without loss, verdicts beside the text, a gate that speaks before it asks.
import { call } from "./api.js";
import { toast } from "./toast.js";
import { checked, make, postStates, verdictMark, where } from "./words.js";

const form = document.getElementById("editor");
const id = form.dataset.id;
const api = `/api/v1/posts/${id}`;
const field = (name) => form.elements.namedItem(name);
const [title, summary, markdown, slug, tags] = ["title", "summary", "markdown", "slug", "tags"].map(field);
const saveState = document.getElementById("save-state");
const alertBox = document.getElementById("editor-alert");
const list = document.getElementById("claims");
const previewHtml = document.getElementById("preview-html");
const publishDialog = document.getElementById("publish-dialog");
const conflictDialog = document.getElementById("conflict-dialog");
const localKey = `draft-${id}`;
const passing = new Set(["supported", "not-needed"]);

let version = Number(form.dataset.version);
let status = form.dataset.status;
let publishedVersion = Number(form.dataset.publishedVersion) || null;
let claims = [];
let claimsText = null;

const content = () => ({
  title: title.value.trim(),
  summary: summary.value.trim(),
  markdown: markdown.value,
  slug: slug.value.trim(),
  tags: tags.value.split(",").map((tag) => tag.trim()).filter(Boolean),
});
const fingerprint = () => JSON.stringify(content());
let saved = fingerprint();
const dirty = () => fingerprint() !== saved;

/* Words about where things stand */

function say(text) {
  saveState.textContent = text;
}

function complain(problem) {
  const errors = problem?.details?.errors;
  const parts = [make("p", {}, problem.message)];
  if (errors) {
    parts.push(make("ul", {}, ...Object.values(errors).flat().map((text) => make("li", {}, String(text)))));
  }
  alertBox.replaceChildren(...parts);
  alertBox.hidden = false;
}

function showStatus() {
  const state = document.getElementById("post-state");
  state.dataset.state = status;
  state.textContent = postStates[status] ?? status;
  const published = status === "published";
  const link = document.getElementById("public-link");
  link.hidden = !published;
  link.href = `/posts/${encodeURIComponent(form.dataset.slug)}`;
  document.getElementById("unpublish").hidden = !published;
  document.getElementById("publish").textContent = published ? "Publish changes" : "Publish";
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

function took(post) {
  version = post.version;
  status = post.status;
  publishedVersion = post.publishedVersion;
  form.dataset.slug = post.slug;
  field("version").value = post.version;
  showStatus();
}

/* A copy in this browser, until the server has it */

function keepCopy() {
  try {
    localStorage.setItem(localKey, JSON.stringify({ version, at: Date.now(), ...content() }));
  } catch {
    // Full or forbidden: the warning before leaving is what is left.
  }
}

function dropCopy() {
  try {
    localStorage.removeItem(localKey);
  } catch {
    // As above.
  }
}

function fill(text) {
  title.value = text.title;
  summary.value = text.summary;
  markdown.value = text.markdown;
  slug.value = text.slug;
  tags.value = text.tags.join(", ");
  changed();
}

function offerCopy() {
  let copy = null;
  try {
    copy = JSON.parse(localStorage.getItem(localKey));
  } catch {
    return;
  }
  if (!copy || typeof copy.markdown !== "string") {
    return;
  }
  const { version: _, at, ...text } = copy;
  if (JSON.stringify(text) === saved) {
    dropCopy();
    return;
  }
  const use = make("button", { type: "button", className: "button secondary", id: "restore-copy" }, "Bring it back");
  const leave = make("button", { type: "button", className: "button secondary", id: "discard-copy" }, "Leave it");
  use.addEventListener("click", () => {
    fill(text);
    alertBox.hidden = true;
    markdown.focus();
  });
  leave.addEventListener("click", () => {
    dropCopy();
    alertBox.hidden = true;
  });
  alertBox.replaceChildren(
    make("p", {}, `This browser kept a text from ${new Date(at).toLocaleString()} that was never saved.`),
    make("p", { className: "actions" }, use, leave),
  );
  alertBox.hidden = false;
}

/* Saving */

let saving = null;

function save() {
  saving ??= store().finally(() => {
    saving = null;
  });
  return saving;
}

async function store() {
  if (!dirty()) {
    say(`Saved, version ${version}`);
    return true;
  }
  if (!form.reportValidity()) {
    return false;
  }
  const sent = content();
  const print = JSON.stringify(sent);
  say("Saving");
  try {
    const post = await call("PUT", api, { version, ...sent, slug: sent.slug || null });
    const slugUntouched = slug.value.trim() === sent.slug;
    took(post);
    if (slugUntouched) {
      // The server may have made the address its own: shorter, or different from one that is taken.
      slug.value = post.slug;
    }
    saved = slugUntouched ? JSON.stringify({ ...sent, slug: post.slug }) : print;
    alertBox.hidden = true;
    if (dirty()) {
      keepCopy();
    } else {
      dropCopy();
    }
    say(`Saved at ${clock.format(new Date())}, version ${version}`);
    showCheck(post.check, post.claims, post.markdown);
    return true;
  } catch (problem) {
    keepCopy();
    if (problem.status === 409) {
      await conflict(problem);
    } else {
      say("Not saved; a copy is kept in this browser");
      complain(problem);
    }
    return false;
  }
}

async function conflict(problem) {
  say("Not saved");
  let newer;
  try {
    newer = await call("GET", api);
  } catch {
    complain(problem);
    return;
  }
  if (newer.version === version) {
    // Refused for another reason, such as an address that is taken.
    complain(problem);
    return;
  }
  document.getElementById("conflict-mine").value = markdown.value;
  document.getElementById("conflict-theirs").value = newer.markdown;
  document.getElementById("conflict-keep").onclick = () => {
    took(newer);
    saved = "";
    conflictDialog.close();
    save();
  };
  document.getElementById("conflict-take").onclick = () => {
    const mine = content();
    took(newer);
    fill(newer);
    saved = fingerprint();
    dropCopy();
    conflictDialog.close();
    say(`Version ${version}`);
    toast("This is the newer version now.", "Undo").then((undo) => {
      if (undo) {
        fill(mine);
      }
    });
  };
  conflictDialog.showModal();
}

/* Verdicts and preview */

function showCheck(check, found, text) {
  claims = found;
  claimsText = text;
  const seal = document.querySelector("#check-summary .seal");
  seal.dataset.whole = String(check.supported === check.checked);
  seal.lastChild.textContent = ` ${checked(check)}`;
  list.replaceChildren(...found.map((claim, i) => claimItem(claim, i)).filter(Boolean));
  if (list.children.length === 0) {
    list.append(make("li", {}, make("p", { className: "small" }, "No sentence of the text states a fact yet.")));
  }
  followCaret();
}

function claimItem(claim, i) {
  if (claim.verdict === "not-needed") {
    return null;
  }
  const pick = make("button", { type: "button", className: "claim-pick" }, claim.sentence);
  return make(
    "li",
    { data: { claim: String(i), start: String(claim.start), verdict: claim.verdict } },
    pick,
    make("p", {}, verdictMark(claim.verdict)),
    claim.note ? make("p", { className: "small" }, claim.note) : null,
    ...claim.evidence.map((piece) => make("blockquote", {}, piece.quote, make("cite", {}, where(piece)))),
  );
}

function selectClaim(claim) {
  let { start, end } = claim;
  if (markdown.value !== claimsText && markdown.value.slice(start, end) !== claimsText?.slice(start, end)) {
    const wording = claimsText?.slice(claim.start, claim.end) ?? claim.sentence;
    start = markdown.value.indexOf(wording);
    end = start + wording.length;
    if (start < 0) {
      toast("This sentence has changed; its verdict comes in a moment.");
      return;
    }
  }
  markdown.focus({ preventScroll: true });
  // A text field scrolls to its caret only when it changes: first the place, then the selection.
  const all = markdown.value;
  markdown.value = all.slice(0, end);
  markdown.scrollTop = markdown.scrollHeight;
  const foot = markdown.scrollTop;
  markdown.value = all;
  markdown.scrollTop = foot > 0 ? foot + markdown.clientHeight / 2 : 0;
  markdown.setSelectionRange(start, end);
  markdown.scrollIntoView({ block: "nearest" });
  followCaret();
}

list.addEventListener("click", (event) => {
  const item = event.target.closest("[data-claim]");
  if (item && !getSelection().toString()) {
    selectClaim(claims[Number(item.dataset.claim)]);
  }
});

function followCaret() {
  const at = markdown.selectionStart;
  let here = null;
  for (const item of list.querySelectorAll("[data-claim]")) {
    const claim = claims[Number(item.dataset.claim)];
    const inside = markdown.value === claimsText && at >= claim.start && at < claim.end && document.activeElement === markdown;
    item.classList.toggle("here", inside);
    here = inside ? item : here;
  }
  const side = document.querySelector(".editor-side");
  if (here && side.scrollHeight > side.clientHeight) {
    const top = here.offsetTop - side.offsetTop;
    if (top < side.scrollTop + 48 || top + here.offsetHeight > side.scrollTop + side.clientHeight) {
      side.scrollTop = Math.max(0, top - 64);
    }
  }
}
document.addEventListener("selectionchange", followCaret);

let previewTimer;
let previewCall = null;

async function preview() {
  previewCall?.abort();
  previewCall = new AbortController();
  const text = markdown.value;
  try {
    const made = await call("POST", `${api}/preview`, { markdown: text }, { signal: previewCall.signal });
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

function changed() {
  const unsaved = dirty();
  say(unsaved ? "Not yet saved" : `Saved, version ${version}`);
  if (unsaved) {
    keepCopy();
  } else {
    dropCopy();
  }
  clearTimeout(previewTimer);
  previewTimer = setTimeout(preview, 500);
}
form.addEventListener("input", changed);

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

/* Publishing */

const findings = document.getElementById("publish-findings");
const reason = document.getElementById("override-reason");
const reasonField = document.getElementById("override-field");
const publishNow = document.getElementById("publish-now");

function showFindings(check, failing, words) {
  const whole = failing.length === 0;
  const lead = whole
    ? check.checked === 0
      ? "The post states no fact that needs a source."
      : `All ${check.checked} statements that need a source have one.`
    : `${checked(check)}. ${failing.length === 1 ? "One statement holds" : `${failing.length} statements hold`} the post back:`;
  findings.replaceChildren(make("p", {}, words ?? lead));
  if (!whole) {
    const items = failing.map((claim) => {
      const item = claimItem(claim, claims.indexOf(claim));
      item.querySelector(".claim-pick").addEventListener("click", () => {
        publishDialog.close();
        selectClaim(claim);
      });
      return item;
    });
    findings.append(make("ol", { className: "claims" }, ...items));
  }
  reasonField.hidden = whole;
  reason.required = !whole;
  publishNow.textContent = whole ? "Publish now" : "Publish anyway";
}

async function askToPublish() {
  if (!(await save())) {
    return;
  }
  await preview();
  const failing = claims.filter((claim) => !passing.has(claim.verdict));
  const needing = claims.filter((claim) => claim.verdict !== "not-needed");
  showFindings({ checked: needing.length, supported: needing.length - failing.length }, failing);
  if (!publishDialog.open) {
    publishDialog.showModal();
  }
  publishNow.focus();
}

publishNow.addEventListener("click", async () => {
  if (!reasonField.hidden && !reason.reportValidity()) {
    return;
  }
  publishNow.disabled = true;
  try {
    const post = await call("PUT", `${api}/publication`, { override: reasonField.hidden ? null : reason.value.trim() });
    took(post);
    publishDialog.close();
    say(`Published at ${clock.format(new Date())}`);
    const address = `/posts/${encodeURIComponent(post.slug)}`;
    toast("It is on your blog.", "See it").then((go) => go && location.assign(address));
  } catch (problem) {
    if (problem.status === 422 && Array.isArray(problem.details.claims)) {
      showFindings(null, problem.details.claims, problem.message);
    } else {
      publishDialog.close();
      complain(problem);
    }
  } finally {
    publishNow.disabled = false;
  }
});

async function unpublish() {
  try {
    await call("DELETE", `${api}/publication`);
    took(await call("GET", api));
    say("Taken down; the draft is kept");
    const undo = await toast("The post is no longer on the blog.", "Undo");
    if (undo) {
      askToPublish();
    }
  } catch (problem) {
    complain(problem);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const action = event.submitter?.value ?? "save";
  if (action === "publish") {
    askToPublish();
  } else if (action === "unpublish") {
    unpublish();
  } else {
    save();
  }
});

/* Keys */

function jump(step) {
  const weak = claims.filter((claim) => !passing.has(claim.verdict));
  if (weak.length === 0) {
    toast("Every statement has its support.");
    return;
  }
  const at = markdown.selectionStart;
  const next = step > 0 ? weak.find((claim) => claim.start > at) ?? weak[0] : weak.findLast((claim) => claim.start < at) ?? weak.at(-1);
  selectClaim(next);
}

addEventListener("keydown", (event) => {
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "s") {
    event.preventDefault();
    save();
  } else if (command && event.key === "Enter" && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    askToPublish();
  } else if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    jump(event.key === "ArrowDown" ? 1 : -1);
  }
});

addEventListener("beforeunload", (event) => {
  if (dirty()) {
    event.preventDefault();
  }
});

offerCopy();
preview();
if (publishedVersion && publishedVersion !== version) {
  say(`Version ${version}; version ${publishedVersion} is on the blog`);
}
