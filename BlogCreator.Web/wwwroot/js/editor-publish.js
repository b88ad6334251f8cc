// Publishing: what the gate found before anything is asked, then when, then the link.
import { call } from "./api.js";
import { toast } from "./toast.js";
import { checked, make, verdictMark } from "./words.js";

const dialog = document.getElementById("publish-dialog");
const form = document.getElementById("publish-form");
const title = document.getElementById("publish-title");
const findings = document.getElementById("publish-findings");
const place = document.getElementById("publish-fields");
const fields = document.getElementById("post-fields");
const home = fields.parentElement;
const at = document.getElementById("publish-at");
const atField = document.getElementById("publish-at-field");
const reason = document.getElementById("override-reason");
const reasonField = document.getElementById("override-field");
const publish = document.getElementById("publish-now");
const problemBox = document.getElementById("publish-problem");
const done = document.getElementById("publish-done");
const passing = new Set(["supported", "not-needed"]);

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone?.replaceAll("_", " ");
const offset = new Intl.DateTimeFormat("en", { timeZoneName: "longOffset" }).formatToParts(new Date()).find((part) => part.type === "timeZoneName")?.value;
document.getElementById("publish-zone").textContent = `In the time zone of this browser: ${[zone, offset].filter(Boolean).join(", ")}.`;

export const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

const later = () => form.elements.namedItem("when").value === "later";
const local = (date) => new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

function complain(text) {
  problemBox.hidden = !text;
  problemBox.textContent = text ?? "";
}

function showWhen() {
  atField.hidden = !later();
  at.required = later();
  publish.textContent = later() ? "Schedule" : reasonField.hidden ? "Publish now" : "Publish anyway";
}

function showFindings(check, failing, pick, words) {
  const whole = failing.length === 0;
  const lead = whole
    ? check.checked === 0
      ? "The post states no fact that needs a source."
      : `All ${check.checked} statements that need a source have one.`
    : `${checked(check)}. ${failing.length === 1 ? "One statement holds" : `${failing.length} statements hold`} the post back:`;
  findings.replaceChildren(make("p", {}, words ?? lead));
  if (!whole) {
    findings.append(
      make(
        "ol",
        { className: "claims" },
        ...failing.map((claim) => {
          const choose = make("button", { type: "button", className: "claim-pick" }, claim.sentence);
          choose.addEventListener("click", () => {
            dialog.close();
            pick(claim);
          });
          return make("li", { data: { verdict: claim.verdict } }, choose, make("p", {}, verdictMark(claim.verdict)), claim.note ? make("p", { className: "small" }, claim.note) : null);
        }),
      ),
    );
  }
  reasonField.hidden = whole;
  reason.required = !whole;
  showWhen();
}

export class Publishing {
  constructor(editor) {
    this.editor = editor;
    form.addEventListener("change", showWhen);
    form.addEventListener("submit", (event) => {
      if (event.submitter?.value !== "cancel") {
        event.preventDefault();
        this.#send();
      }
    });
    dialog.addEventListener("close", () => {
      home.append(fields);
    });
  }

  get open() {
    return dialog.open;
  }

  async ask() {
    if (dialog.open || !(await this.editor.save())) {
      return;
    }
    const claims = await this.editor.check();
    const failing = claims.filter((claim) => !passing.has(claim.verdict));
    const needing = claims.filter((claim) => claim.verdict !== "not-needed");
    const { scheduledAt, status } = this.editor.post();
    title.textContent = status === "published" ? "Publish changes" : "Publish";
    done.hidden = true;
    form.hidden = findings.hidden = place.hidden = false;
    complain(null);
    form.elements.namedItem("when").value = status === "scheduled" ? "later" : "now";
    at.min = local(new Date());
    at.value = local(status === "scheduled" ? new Date(scheduledAt) : new Date(Date.now() + 3_600_000));
    showFindings({ checked: needing.length, supported: needing.length - failing.length }, failing, (claim) => this.editor.select(claim));
    place.append(fields);
    dialog.showModal();
    publish.focus();
  }

  async #send() {
    complain(null);
    if (!form.reportValidity()) {
      return;
    }
    publish.disabled = true;
    try {
      // The address, the summary or the tags may have been changed here.
      if (!(await this.editor.save())) {
        complain(this.editor.lastProblem() ?? "The text could not be saved, so nothing was published. It is still in the window.");
        return;
      }
      const post = await call("PUT", `/api/v1/posts/${this.editor.id}/publication`, {
        at: later() ? new Date(at.value).toISOString() : null,
        override: reasonField.hidden ? null : reason.value.trim(),
      });
      this.editor.took(post);
      this.#tell(post);
    } catch (problem) {
      if (problem.status === 422 && Array.isArray(problem.details.claims)) {
        showFindings(null, problem.details.claims, (claim) => this.editor.select(claim), problem.message);
      } else {
        complain(problem.message);
      }
    } finally {
      publish.disabled = false;
    }
  }

  #tell(post) {
    const scheduled = post.status === "scheduled";
    const address = new URL(`/posts/${encodeURIComponent(post.slug)}`, location.href).href;
    title.textContent = scheduled ? "Scheduled" : "Published";
    form.hidden = findings.hidden = place.hidden = true;
    const close = make("button", { type: "button", className: "button secondary", id: "publish-close" }, "Back to the text");
    close.addEventListener("click", () => dialog.close());
    const link = scheduled ? make("code", {}, address) : make("a", { href: address, id: "published-link" }, address);
    done.replaceChildren(
      make("p", {}, scheduled ? `It goes out on ${when.format(new Date(post.scheduledAt))}, also when this window is closed. Its address will be:` : "It is on your blog, at this address:"),
      make("p", { className: "address" }, link),
      make("p", { className: "actions" }, close),
    );
    done.hidden = false;
    (scheduled ? close : link).focus();
    this.editor.say(scheduled ? `Scheduled for ${when.format(new Date(post.scheduledAt))}` : "Published");
  }

  /** Off the blog, off the schedule or out of the way; each can be taken back. */
  async withdraw(action) {
    const { status, publishedVersion, scheduledAt } = this.editor.post();
    const api = `/api/v1/posts/${this.editor.id}`;
    const [method, path, words] = {
      unpublish: ["DELETE", "/publication", "The post is no longer on the blog. The draft is kept."],
      unschedule: ["DELETE", "/schedule", "The post is off the schedule."],
      archive: ["PUT", "/archive", "The post is in the archive, off the blog."],
      unarchive: ["DELETE", "/publication", "The post is a draft again."],
    }[action];
    try {
      await call(method, api + path);
      await this.editor.look();
      if (!(await toast(words, "Undo"))) {
        return;
      }
      if (status === "archived") {
        await call("PUT", `${api}/archive`);
      } else if (status === "published") {
        await call("PUT", `${api}/publication`, { version: publishedVersion });
      } else if (status === "scheduled") {
        await call("PUT", `${api}/publication`, { at: scheduledAt });
      } else {
        await call("DELETE", `${api}/publication`);
      }
      await this.editor.look();
      toast("It is as it was.");
    } catch (problem) {
      if (problem.status === 422) {
        // It went out with a reason given for it, which has to be given again.
        await this.editor.look();
        await this.ask();
      } else {
        this.editor.complain(problem);
      }
    }
  }
}
