// Saving: one at a time, a while after the last key, at most a quarter of a minute after the first, again after a failure.
import { call } from "./api.js";

const pause = 2_000;
const longest = 15_000;
const retries = [5_000, 10_000, 20_000, 30_000];

export class Saving {
  #inFlight = null;
  #timer;
  #since = 0;
  #failures = 0;
  #stopped = false;

  /**
   * @param address of the post
   * @param editor { content(), version(), saved(post, sent), failed(problem, automatic, sent) true when it was no failure, needed(automatic), ready(automatic) }
   */
  constructor(address, editor) {
    this.address = address;
    this.editor = editor;
    addEventListener("online", () => this.soon(0));
  }

  typed() {
    this.#since ||= Date.now();
    this.soon(Math.max(0, Math.min(pause, this.#since + longest - Date.now())));
  }

  soon(wait) {
    clearTimeout(this.#timer);
    if (!this.#stopped && this.editor.needed(true)) {
      this.#timer = setTimeout(() => this.save(true), wait);
    }
  }

  /** No automatic save until somebody has chosen between two texts. */
  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  go() {
    this.#stopped = false;
    this.soon(pause);
  }

  /** True when the server has all that was there when it was called. */
  async save(automatic) {
    while (this.#inFlight) {
      await this.#inFlight;
    }
    if (!this.editor.needed(automatic)) {
      return true;
    }
    if (!this.editor.ready(automatic)) {
      return false;
    }
    clearTimeout(this.#timer);
    this.#inFlight = this.#send(automatic).finally(() => {
      this.#inFlight = null;
    });
    return this.#inFlight;
  }

  async #send(automatic) {
    const sent = this.editor.content();
    this.#since = 0;
    try {
      // An address that is still being typed is nobody's wish yet.
      const post = await call("PUT", this.address, { version: this.editor.version(), ...sent, slug: automatic ? null : sent.slug || null, autosave: automatic });
      this.#failures = 0;
      this.editor.saved(post, sent, automatic);
      this.soon(pause);
      return true;
    } catch (problem) {
      if (await this.editor.failed(problem, automatic, sent)) {
        this.soon(pause);
        return true;
      }
      if (problem.status === 0 || problem.status >= 500 || problem.status === 429) {
        this.soon(retries[Math.min(this.#failures++, retries.length - 1)]);
      }
      return false;
    }
  }

  /** The page is going away: what the browser still sends by itself, if it is small enough. */
  lastWord() {
    if (this.#stopped || this.#inFlight || !this.editor.needed(true) || !this.editor.ready(true)) {
      return;
    }
    const body = JSON.stringify({ version: this.editor.version(), ...this.editor.content(), slug: null, autosave: true });
    if (new Blob([body]).size < 60_000) {
      fetch(this.address, { method: "PUT", keepalive: true, credentials: "same-origin", headers: { "Content-Type": "application/json" }, body }).catch(() => {});
    }
  }
}
