// The text area: what lies under it, where things are in it, and the keys that write Markdown.
import { count, make } from "./words.js";

const wordsPerMinute = 230;
const mostToMark = 60_000;

/** Headings with their place; a line in a code block is none. */
export function headingsOf(text) {
  const found = [];
  let at = 0;
  let fence = null;
  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence) {
      if (mark && mark[0] === fence[0] && mark.length >= fence.length) {
        fence = null;
      }
    } else if (mark) {
      fence = mark;
    } else {
      const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line);
      if (heading) {
        found.push({ level: heading[1].length, title: heading[2].replace(/\[\^[^\]]*\]|[*_`]/g, "") || "Without a title", start: at, end: at + line.length });
      }
    }
    at += line.length + 1;
  }
  return found;
}

/** Section 0 is what stands before the first "##", 1 the first under one, and so on. */
export function sectionsOf(text) {
  const heads = headingsOf(text).filter((heading) => heading.level === 2);
  const starts = [0, ...heads.map((heading) => heading.start)];
  return starts.map((start, i) => ({ index: i, title: i === 0 ? "Opening" : heads[i - 1].title, start, end: starts[i + 1] ?? text.length, heading: i === 0 ? null : heads[i - 1] }));
}

export function wordCount(text) {
  const words = text.replace(/\[\^[^\]]*\]/g, "").match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu)?.length ?? 0;
  return `${count(words, "word", "words")}, ${count(Math.max(1, Math.round(words / wordsPerMinute)), "minute", "minutes")} to read`;
}

export class Paper {
  constructor(area, under) {
    this.area = area;
    this.under = under;
    area.addEventListener("scroll", () => this.follow(), { passive: true });
    area.addEventListener("keydown", (event) => this.#keys(event));
    new ResizeObserver(() => this.follow()).observe(area);
  }

  follow() {
    this.under.scrollTop = this.area.scrollTop;
  }

  /** Puts the text under the area, with a mark below each span: [{ start, end, verdict, here }]. */
  draw(spans) {
    const text = this.area.value;
    const parts = [];
    let at = 0;
    if (text.length <= mostToMark) {
      for (const { start, end, verdict, here } of spans) {
        if (start >= at && end > start && end <= text.length) {
          parts.push(text.slice(at, start), make("mark", { data: { verdict, here: String(here) } }, text.slice(start, end)));
          at = end;
        }
      }
    }
    this.under.replaceChildren(...parts, text.slice(at), "\u200b");
    this.follow();
  }

  /** How far down a place of the text is. */
  topOf(place) {
    const walker = document.createTreeWalker(this.under, NodeFilter.SHOW_TEXT);
    let left = place;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (left <= node.data.length) {
        const range = document.createRange();
        range.setStart(node, left);
        range.setEnd(node, Math.min(left + 1, node.data.length));
        return range.getBoundingClientRect().top - this.under.getBoundingClientRect().top + this.under.scrollTop;
      }
      left -= node.data.length;
    }
    return 0;
  }

  select(start, end) {
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(start, end);
    this.area.scrollTop = Math.max(0, this.topOf(start) - this.area.clientHeight / 3);
    this.area.scrollIntoView({ block: "nearest" });
  }

  /** Writes over a span so that the browser's own undo takes it back. */
  write(start, end, text) {
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(start, end);
    const done = text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
    if (!done && (text !== "" || start !== end)) {
      this.area.setRangeText(text, start, end, "end");
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  #around(mark) {
    const { selectionStart: start, selectionEnd: end, value } = this.area;
    const inside = value.slice(start, end);
    if (value.slice(start - mark.length, start) === mark && value.slice(end, end + mark.length) === mark) {
      this.write(start - mark.length, end + mark.length, inside);
      this.area.setSelectionRange(start - mark.length, end - mark.length);
    } else {
      this.write(start, end, mark + inside + mark);
      this.area.setSelectionRange(start + mark.length, end + mark.length);
    }
  }

  #link() {
    const { selectionStart: start, selectionEnd: end, value } = this.area;
    const inside = value.slice(start, end);
    const isAddress = /^https?:\/\/\S+$/.test(inside);
    this.write(start, end, isAddress ? `[](${inside})` : `[${inside}]()`);
    const caret = isAddress ? start + 1 : start + inside.length + 3;
    this.area.setSelectionRange(caret, caret);
  }

  /** A list goes on by itself, and ends with an empty item. */
  #nextItem(event) {
    const { selectionStart: at, selectionEnd: end, value } = this.area;
    const begin = value.lastIndexOf("\n", at - 1) + 1;
    const item = /^(\s*)([-*+]|(\d{1,4})([.)]))(\s+)(.*)$/.exec(value.slice(begin, at));
    if (at !== end || !item) {
      return;
    }
    event.preventDefault();
    if (item[6].trim() === "") {
      this.write(begin, at, "\n");
    } else {
      this.write(at, at, `\n${item[1]}${item[3] ? `${Number(item[3]) + 1}${item[4]}` : item[2]}${item[5]}`);
    }
  }

  #keys(event) {
    const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const key = event.key.toLowerCase();
    if (command && (key === "b" || key === "i" || key === "k")) {
      event.preventDefault();
      if (key === "k") {
        this.#link();
      } else {
        this.#around(key === "b" ? "**" : "*");
      }
    } else if (event.key === "Enter" && !command && !event.shiftKey && !event.isComposing) {
      this.#nextItem(event);
    }
  }
}
