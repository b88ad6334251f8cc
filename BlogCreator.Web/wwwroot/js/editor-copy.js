// A copy of the text in this browser, by post and version, until the server has it.
const prefix = "draft-";

export class LocalCopy {
  constructor(id) {
    this.start = `${prefix}${id}-`;
  }

  /** False where nothing can be kept: storage is full or forbidden. */
  keep(version, content) {
    try {
      localStorage.setItem(this.start + version, JSON.stringify({ at: Date.now(), version, content }));
      return true;
    } catch {
      return false;
    }
  }

  #keys() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(this.start));
    } catch {
      return [];
    }
  }

  drop(version) {
    for (const key of this.#keys()) {
      if (version === undefined || key === this.start + version) {
        localStorage.removeItem(key);
      }
    }
  }

  /** Keeps a copy that is being offered out of the way of what is typed meanwhile. */
  setAside(found) {
    try {
      localStorage.setItem(`${this.start}aside`, JSON.stringify(found));
      localStorage.removeItem(this.start + found.version);
    } catch {
      // It is where it was.
    }
  }

  /** The latest copy, if there is one that can be read. */
  find() {
    let best = null;
    for (const key of this.#keys()) {
      try {
        const copy = JSON.parse(localStorage.getItem(key));
        if (typeof copy?.content?.markdown === "string" && typeof copy.content.title === "string" && Array.isArray(copy.content.tags) && !(best?.at >= copy.at)) {
          best = copy;
        }
      } catch {
        // Not ours, or cut off: nothing to offer.
      }
    }
    return best;
  }
}
